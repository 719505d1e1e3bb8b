// Which tasks were begun in this browser, so that who comes back finds them still running.

export type Kind = "transcribe" | "minutes";

const KEY = "intrascribe-tasks";
const MOST = 100;

type Entry = [key: string, task: string];

export function rememberTask(kind: Kind, sessionId: string, taskId: string): void {
  const others = entries().filter(([key]) => key !== keyOf(kind, sessionId));
  keep([...others, [keyOf(kind, sessionId), taskId]]);
}

export function rememberedTask(kind: Kind, sessionId: string): string | null {
  return entries().find(([key]) => key === keyOf(kind, sessionId))?.[1] ?? null;
}

export function forgetTask(kind: Kind, sessionId: string): void {
  keep(entries().filter(([key]) => key !== keyOf(kind, sessionId)));
}

function keyOf(kind: Kind, sessionId: string): string {
  return `${kind} ${sessionId}`;
}

function keep(all: Entry[]): void {
  localStorage.setItem(KEY, JSON.stringify(all.slice(-MOST)));
}

function entries(): Entry[] {
  return JSON.parse(localStorage.getItem(KEY) ?? "[]") as Entry[];
}
