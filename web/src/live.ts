// Follows one session: a snapshot, then its events from the snapshot's position, for as long as it takes.

import type { Segment, SpeakerRenamed, Transcription } from "./api";
import type { LiveEvent } from "./captions";
import { asProblem } from "./problem";
import { pause, serverEvents } from "./server-events";

export type Connection = "connecting" | "live" | "reconnecting";

export interface LiveSource {
  transcription(sessionId: string, signal: AbortSignal): Promise<Transcription>;
  events(sessionId: string, position: string, signal: AbortSignal): Promise<Response>;
}

export interface Follower {
  event(event: LiveEvent): void;
  connection(state: Connection): void;
}

interface Timing {
  /** The server sends at least a comment every 15 s: longer silence means that the connection is dead. */
  silenceMs: number;
  firstPauseMs: number;
  longestPauseMs: number;
}

const TIMING: Timing = { silenceMs: 35_000, firstPauseMs: 400, longestPauseMs: 8_000 };

/** Ends when `signal` is aborted; throws a Problem that trying again would not heal. */
export async function follow(
  source: LiveSource,
  sessionId: string,
  follower: Follower,
  signal: AbortSignal,
  timing = TIMING,
): Promise<void> {
  let position: string | null = null;
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (position === null) {
        const snapshot = await source.transcription(sessionId, signal);
        follower.event({ kind: "snapshot", segments: snapshot.segments });
        position = snapshot.position;
      }
      const from: string = position;
      const open = (either: AbortSignal) => source.events(sessionId, from, either);
      for await (const message of serverEvents(open, signal, timing.silenceMs)) {
        if (message === "open") {
          follower.connection("live");
          continue;
        }
        failures = 0;
        const event = liveEvent(message.name, message.data);
        if (event) follower.event(event);
        position = message.id ?? position;
      }
    } catch (thrown) {
      if (signal.aborted) return;
      const problem = asProblem(thrown);
      if (!problem.retryable) throw problem;
    }
    if (signal.aborted) return;
    follower.connection("reconnecting");
    await pause(Math.min(timing.firstPauseMs * 2 ** failures++, timing.longestPauseMs), signal);
  }
}

function liveEvent(name: string | undefined, data: string): LiveEvent | null {
  switch (name) {
    case "snapshot":
      return { kind: "snapshot", segments: (JSON.parse(data) as Transcription).segments };
    case "caption":
      return { kind: "caption", segment: JSON.parse(data) as Segment };
    case "agent":
      return { kind: "agent", state: (JSON.parse(data) as { state: "listening" | "left" }).state };
    case "session":
      return { kind: "session", status: (JSON.parse(data) as { status: string }).status };
    case "speaker":
      return { kind: "speaker", renamed: JSON.parse(data) as SpeakerRenamed };
    default:
      return null;
  }
}
