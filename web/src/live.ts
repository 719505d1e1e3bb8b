// Follows one session: a snapshot, then its events from the snapshot's position, for as long as it takes.

import { createParser } from "eventsource-parser";
import type { Segment, SpeakerRenamed, Transcription } from "./api";
import type { LiveEvent } from "./captions";
import { asProblem } from "./problem";

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
      for await (const message of messages(source, sessionId, position, signal, timing.silenceMs)) {
        if (message === "open") {
          follower.connection("live");
          continue;
        }
        failures = 0;
        if (message.event) follower.event(message.event);
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

interface Message {
  id: string | undefined;
  event: LiveEvent | null;
}

/** One connection: first that it is open, then what it brings, until the server ends it. */
async function* messages(
  source: LiveSource,
  sessionId: string,
  position: string,
  signal: AbortSignal,
  silenceMs: number,
): AsyncGenerator<"open" | Message> {
  const connection = new AbortController();
  const arrived: Message[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => arrived.push({ id, event: liveEvent(event, data) }),
  });
  try {
    const either = AbortSignal.any([signal, connection.signal]);
    const response = await orSilence(source.events(sessionId, position, either), silenceMs);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    yield "open";
    while (reader) {
      const { done, value } = await orSilence(reader.read(), silenceMs);
      if (done) return;
      parser.feed(value);
      yield* arrived.splice(0);
    }
  } finally {
    connection.abort();
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

async function orSilence<T>(arrival: Promise<T>, silenceMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the stream fell silent")), silenceMs);
  });
  try {
    return await Promise.race([arrival, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits a little less than it is told, by chance, so that many pages do not come back at once. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", over);
      signal.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, milliseconds * (0.6 + 0.4 * Math.random()));
    globalThis.addEventListener?.("online", over);
    signal.addEventListener("abort", over);
  });
}
