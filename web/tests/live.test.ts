import { expect, test } from "vitest";
import type { LiveEvent } from "../src/captions";
import { type Connection, follow, type LiveSource } from "../src/live";
import { Problem } from "../src/problem";
import { segment } from "./segments";

const QUICK = { silenceMs: 40, firstPauseMs: 1, longestPauseMs: 2 };

type Served = string[] | "unreachable" | "gone" | "silent";

/** Serves each of these once, in order; the last one is followed by the end of the test. */
class Server implements LiveSource {
  readonly asked: string[] = [];
  constructor(
    private readonly served: Served[],
    private readonly over: () => void,
  ) {}

  async transcription() {
    this.asked.push("snapshot");
    return { segments: [segment("a", "before")], position: "5-0" };
  }

  async events(_: string, position: string): Promise<Response> {
    this.asked.push(position);
    const now = this.served.shift();
    if (now === "unreachable") throw new Problem("", 0, "unreachable", true);
    if (now === "gone") throw new Problem("There is no such session", 404, "not-found", false);
    if (now === undefined) this.over();
    const parts = Array.isArray(now) ? now : [];
    return new Response(
      new ReadableStream({
        start(stream) {
          for (const part of parts) stream.enqueue(new TextEncoder().encode(part));
          if (now !== "silent") stream.close();
        },
      }),
    );
  }
}

async function followed(served: Served[]) {
  const finished = new AbortController();
  const events: LiveEvent[] = [];
  const connections: Connection[] = [];
  const server = new Server(served, () => finished.abort());
  const follower = {
    event: (event: LiveEvent) => events.push(event),
    connection: (state: Connection) => connections.push(state),
  };
  await follow(server, "s", follower, finished.signal, QUICK);
  return { asked: server.asked, events, connections };
}

const sse = (id: string, event: string, data: object) =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

test("the stream begins where the snapshot ended", async () => {
  const { asked, events } = await followed([]);
  expect(asked).toEqual(["snapshot", "5-0"]);
  expect(events).toEqual([{ kind: "snapshot", segments: [segment("a", "before")] }]);
});

test("a broken stream is resumed after the last event, without another snapshot", async () => {
  const said = segment("b", "after");
  const { asked, events, connections } = await followed([
    [sse("6-0", "agent", { state: "listening" }), sse("7-0", "caption", said)],
  ]);
  expect(asked).toEqual(["snapshot", "5-0", "7-0"]);
  expect(events.slice(1)).toEqual([
    { kind: "agent", state: "listening" },
    { kind: "caption", segment: said },
  ]);
  expect(connections).toEqual(["live", "reconnecting", "live"]);
});

test("an event that arrives in pieces is one event", async () => {
  const whole = sse("6-0", "session", { status: "completed" });
  const { events } = await followed([[whole.slice(0, 11), whole.slice(11)]]);
  expect(events.slice(1)).toEqual([{ kind: "session", status: "completed" }]);
});

test("what broke off in the middle is asked for again", async () => {
  const { asked, events } = await followed([[sse("6-0", "session", { status: "completed" }).slice(0, -1)]]);
  expect(asked).toEqual(["snapshot", "5-0", "5-0"]);
  expect(events).toHaveLength(1);
});

test("a server that cannot be reached is tried again", async () => {
  const { asked, connections } = await followed(["unreachable", "unreachable"]);
  expect(asked).toEqual(["snapshot", "5-0", "5-0", "5-0"]);
  expect(connections).toEqual(["reconnecting", "reconnecting", "live"]);
});

test("a stream without even a heartbeat is given up and resumed", async () => {
  const { asked } = await followed(["silent"]);
  expect(asked).toEqual(["snapshot", "5-0", "5-0"]);
});

test("a position that is no longer kept brings a new snapshot in the stream", async () => {
  const { asked, events } = await followed([
    [sse("9-0", "snapshot", { segments: [segment("z", "anew")], position: "9-0" })],
  ]);
  expect(asked).toEqual(["snapshot", "5-0", "9-0"]);
  expect(events[1]).toEqual({ kind: "snapshot", segments: [segment("z", "anew")] });
});

test("comments and unknown events change nothing", async () => {
  const { asked, events } = await followed([[": heartbeat\n\n", sse("6-0", "weather", { sun: true })]]);
  expect(asked).toEqual(["snapshot", "5-0", "6-0"]);
  expect(events).toHaveLength(1);
});

test("what trying again does not heal is said", async () => {
  await expect(followed(["gone"])).rejects.toThrow("There is no such session");
});
