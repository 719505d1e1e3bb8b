// Server-sent events over fetch: one connection as what it brings, and the pause before the next one.

import { createParser } from "eventsource-parser";

export interface ServerEvent {
  id: string | undefined;
  name: string | undefined;
  data: string;
}

/** First that it is open, then what it brings, until the server ends it. Throws when it falls silent. */
export async function* serverEvents(
  open: (signal: AbortSignal) => Promise<Response>,
  signal: AbortSignal,
  silenceMs: number,
  firstSilenceMs = silenceMs,
): AsyncGenerator<"open" | ServerEvent> {
  const connection = new AbortController();
  const arrived: ServerEvent[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => arrived.push({ id, name: event, data }),
  });
  try {
    const response = await orSilence(open(AbortSignal.any([signal, connection.signal])), silenceMs);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    yield "open";
    let patienceMs = firstSilenceMs;
    while (reader) {
      const { done, value } = await orSilence(reader.read(), patienceMs);
      patienceMs = silenceMs;
      if (done) return;
      parser.feed(value);
      yield* arrived.splice(0);
    }
  } finally {
    connection.abort();
  }
}

/** Waits a little less than it is told, by chance, so that many pages do not come back at once. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
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

/** What comes, if it comes in time. */
export async function orSilence<T>(arrival: Promise<T>, silenceMs: number): Promise<T> {
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
