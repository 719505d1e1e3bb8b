import { expect, test } from "vitest";
import { reach } from "../src/reaching";

const unreachable = { code: "unreachable", retryable: true };

/** A server that answers with these pieces, one after each pause, and then ends if it ever does. */
function serving(pieces: string[], pauseMs: number, ends = true) {
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      const piece = pieces.shift();
      if (piece !== undefined) controller.enqueue(new TextEncoder().encode(piece));
      else if (ends) controller.close();
      else await new Promise(() => undefined);
    },
  });
  return async () => new Response(body);
}

const silent = (_: string, { signal }: RequestInit) =>
  new Promise<Response>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));

test("a server that says nothing cannot be reached", async () => {
  await expect(reach("/", {}, 20, silent)).rejects.toMatchObject(unreachable);
});

test("an answer that stops in its midst ends in the same problem", async () => {
  const response = await reach("/", {}, 50, serving(['{"half": '], 1, false));
  await expect(response.json()).rejects.toMatchObject(unreachable);
});

test("an answer that comes slowly comes whole", async () => {
  const response = await reach("/", {}, 500, serving(["[1", ",2", ",3", "]"], 150));
  expect([response.status, await response.json()]).toEqual([200, [1, 2, 3]]);
});

test("who gives up is told nothing of the line", async () => {
  const controller = new AbortController();
  const asked = reach("/", { signal: controller.signal }, 5_000, silent);
  controller.abort();
  await expect(asked).rejects.toMatchObject({ name: "AbortError" });
});

test("an answer without a body is an answer", async () => {
  const response = await reach("/", {}, 500, async () => new Response(null, { status: 204 }));
  expect(response.status).toBe(204);
});
