// Which transcriptions were begun in this browser, so that who comes back finds them still running.

const KEY = "intrascribe-tasks";
const MOST = 100;

type Entry = [session: string, task: string];

export function rememberTask(sessionId: string, taskId: string): void {
  keep([...othersThan(sessionId), [sessionId, taskId]]);
}

export function rememberedTask(sessionId: string): string | null {
  return entries().find(([session]) => session === sessionId)?.[1] ?? null;
}

export function forgetTask(sessionId: string): void {
  keep(othersThan(sessionId));
}

function othersThan(sessionId: string): Entry[] {
  return entries().filter(([session]) => session !== sessionId);
}

function keep(all: Entry[]): void {
  localStorage.setItem(KEY, JSON.stringify(all.slice(-MOST)));
}

function entries(): Entry[] {
  return JSON.parse(localStorage.getItem(KEY) ?? "[]") as Entry[];
}
