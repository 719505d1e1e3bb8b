// Follows a task to its end: by its events, and by asking wherever these do not get through.

import type { Api } from "./api";
import { asProblem } from "./problem";
import { pause, serverEvents } from "./server-events";

export type TaskStatus = "pending" | "started" | "success" | "failed" | "cancelled";

export type TaskKind = "transcribe" | "join_recording" | "second_pass" | "summarize";

export interface Task {
  task_id: string;
  session_id: string;
  kind: TaskKind;
  status: TaskStatus;
  progress: { step: string; percentage: number; description: string };
  error: string | null;
  ready: boolean;
}

/** A part of what a task makes, before all of it is there. */
export interface Section {
  name: string;
  items: unknown[];
}

export interface TaskSource {
  task(id: string, signal: AbortSignal): Promise<Task>;
  events(id: string, signal: AbortSignal): Promise<Response>;
}

export interface TaskFollower {
  task(task: Task): void;
  section?(section: Section): void;
}

interface Timing {
  /** The task comes at once: where nothing does, something on the way holds events back. */
  firstSilenceMs: number;
  silenceMs: number;
  firstPauseMs: number;
  longestPauseMs: number;
}

const TIMING: Timing = { firstSilenceMs: 4_000, silenceMs: 35_000, firstPauseMs: 700, longestPauseMs: 5_000 };

export function taskSource(api: Api): TaskSource {
  return {
    task: (id, signal) => api.request(`/v2/tasks/${encodeURIComponent(id)}`, { signal }),
    events: (id, signal) =>
      api.send(`/v2/tasks/${encodeURIComponent(id)}/events`, {
        signal,
        headers: { Accept: "text/event-stream" },
        cache: "no-store",
      }),
  };
}

interface Wanted {
  sessionId?: string;
  kinds: readonly TaskKind[];
  ready?: boolean;
  most: number;
}

/** One's own, newest first. */
export function tasksOf(
  api: Api,
  { sessionId, kinds, ready, most }: Wanted,
  signal: AbortSignal,
): Promise<Task[]> {
  const asked = new URLSearchParams(kinds.map((kind) => ["kind", kind]));
  asked.set("limit", String(most));
  if (sessionId !== undefined) asked.set("session_id", sessionId);
  if (ready !== undefined) asked.set("ready", String(ready));
  return api.request(`/v2/tasks?${asked}`, { signal });
}

/** The newest of these kinds that is not over, or else the newest. */
export function countingOf(tasks: readonly Task[], kinds: readonly TaskKind[]): Task | null {
  const meant = tasks.filter((each) => kinds.includes(each.kind));
  return meant.find((each) => !each.ready) ?? meant[0] ?? null;
}

/** How a task of a session's transcript is shown: what nobody has to wait for is shown quietly. */
export type Showing = "progress" | "quiet progress" | "failure" | "quiet failure" | "stopped" | null;

export function showingOf({ kind, status, ready }: Task, sessionStatus: string): Showing {
  const quiet = kind !== "transcribe";
  if (!ready) return quiet ? "quiet progress" : "progress";
  if (status === "failed") return quiet ? "quiet failure" : "failure";
  // Where there is a transcript all the same, there is nothing to say.
  if (status === "cancelled" && !quiet && sessionStatus !== "completed") return "stopped";
  return null;
}

export async function cancelTask(api: Api, id: string): Promise<void> {
  await api.send(`/v2/tasks/${encodeURIComponent(id)}`, { method: "DELETE" });
}

/** The task as it was at its end, or null when `signal` is aborted. Throws what trying again does not heal. */
export async function followTask(
  source: TaskSource,
  id: string,
  follower: TaskFollower,
  signal: AbortSignal,
  timing = TIMING,
): Promise<Task | null> {
  for (let turns = 0; !signal.aborted; turns++) {
    try {
      const last = (await streamed(source, id, follower, signal, timing)) ?? (await asked());
      if (last?.ready) return last;
    } catch (thrown) {
      if (signal.aborted) return null;
      const problem = asProblem(thrown);
      if (!problem.retryable) throw problem;
    }
    await pause(Math.min(timing.firstPauseMs * 2 ** turns, timing.longestPauseMs), signal);
  }
  return null;

  async function asked(): Promise<Task> {
    const task = await source.task(id, signal);
    follower.task(task);
    return task;
  }
}

/** The last of a task that its stream told; null when the stream told nothing of its end. */
async function streamed(
  source: TaskSource,
  id: string,
  follower: TaskFollower,
  signal: AbortSignal,
  { silenceMs, firstSilenceMs }: Timing,
): Promise<Task | null> {
  const open = (either: AbortSignal) => source.events(id, either);
  try {
    for await (const event of serverEvents(open, signal, silenceMs, firstSilenceMs)) {
      if (event === "open") continue;
      if (event.name === "section") follower.section?.(JSON.parse(event.data) as Section);
      if (event.name !== "task") continue;
      const task = JSON.parse(event.data) as Task;
      follower.task(task);
      if (task.ready) return task;
    }
  } catch (thrown) {
    // Whether anything is wrong with the task itself, asking for it says.
    if (signal.aborted) throw thrown;
  }
  return null;
}
