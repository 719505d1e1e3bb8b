// Requests that end: a server, or a line to it, on which nothing moves for long is one that cannot be reached.

import { unreachable } from "./problem";
import { orSilence } from "./server-events";

const SILENCE_MS = 30_000;

/** As `fetch`, but throws a Problem where that fails or falls silent, and so does the body that it gives. */
export async function reach(
  address: string,
  init: RequestInit,
  silenceMs: number = SILENCE_MS,
  ask: (address: string, init: RequestInit) => Promise<Response> = fetch,
): Promise<Response> {
  const connection = new AbortController();
  const moving = async <T>(arrival: Promise<T>): Promise<T> => {
    try {
      return await orSilence(arrival, silenceMs);
    } catch (failure) {
      connection.abort();
      throw init.signal?.aborted ? failure : unreachable();
    }
  };
  const signal = init.signal ? AbortSignal.any([init.signal, connection.signal]) : connection.signal;
  const response = await moving(ask(address, { ...init, signal }));
  return response.body ? new Response(watched(response.body, moving), response) : response;
}

/** Only waiting for more counts: whoever takes it may take as long as it needs. */
function watched(
  body: ReadableStream<Uint8Array>,
  moving: <T>(arrival: Promise<T>) => Promise<T>,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await moving(reader.read());
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
