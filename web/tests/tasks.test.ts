import { expect, test } from "vitest";
import { Problem } from "../src/problem";
import {
  countingOf,
  followTask,
  type Section,
  showingOf,
  type Task,
  type TaskKind,
  type TaskSource,
} from "../src/tasks";

const QUICK = { firstSilenceMs: 40, silenceMs: 40, firstPauseMs: 1, longestPauseMs: 2 };

function task(status: Task["status"], percentage = 0, kind: TaskKind = "transcribe"): Task {
  const ready = status !== "pending" && status !== "started";
  return {
    task_id: "t",
    session_id: "s",
    kind,
    status,
    progress: { step: "processing_audio", percentage, description: "Processing audio" },
    error: null,
    ready,
  };
}

const sse = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** Streams these once each, in order, and answers these when it is asked. */
class Server implements TaskSource {
  readonly asked: string[] = [];
  constructor(
    private readonly streams: (string[] | "silent" | "unreachable")[],
    private readonly answers: (Task | Problem)[] = [],
  ) {}

  async task(): Promise<Task> {
    this.asked.push("task");
    const answer = this.answers.shift();
    if (!answer) throw new Problem("", 0, "unreachable", true);
    if (answer instanceof Problem) throw answer;
    return answer;
  }

  async events(): Promise<Response> {
    this.asked.push("events");
    const parts = this.streams.shift() ?? "unreachable";
    if (parts === "unreachable") throw new Problem("", 0, "unreachable", true);
    return new Response(
      new ReadableStream({
        start(stream) {
          if (parts === "silent") return;
          for (const part of parts) stream.enqueue(new TextEncoder().encode(part));
          stream.close();
        },
      }),
    );
  }
}

async function followed(server: Server, signal = new AbortController().signal) {
  const told: number[] = [];
  const sections: Section[] = [];
  const follower = {
    task: (each: Task) => told.push(each.progress.percentage),
    section: (each: Section) => sections.push(each),
  };
  const last = await followTask(server, "t", follower, signal, QUICK);
  return { last, told, sections, asked: server.asked };
}

test("a task is followed by its events to its end", async () => {
  const stream = [sse("task", task("started", 10)), sse("task", task("success", 100))];
  const { last, told, asked } = await followed(new Server([stream]));
  expect(last?.status).toBe("success");
  expect(told).toEqual([10, 100]);
  expect(asked).toEqual(["events"]);
});

test("where no events get through it is asked for", async () => {
  const server = new Server(["unreachable", "silent"], [task("started", 30), task("success", 100)]);
  const { last, told, asked } = await followed(server);
  expect(last?.status).toBe("success");
  expect(told).toEqual([30, 100]);
  expect(asked).toEqual(["events", "task", "events", "task"]);
});

test("a stream that ends too early is followed on", async () => {
  const server = new Server(
    [[sse("task", task("started", 40))], [sse("task", task("failed", 40))]],
    [task("started", 41)],
  );
  const { last, told } = await followed(server);
  expect(last?.status).toBe("failed");
  expect(told).toEqual([40, 41, 40]);
});

test("sections are told as they come", async () => {
  const section = { task_id: "t", name: "decisions", items: [{ text: "We move." }] };
  const { sections } = await followed(
    new Server([[sse("section", section), sse("task", task("success", 100))]]),
  );
  expect(sections).toEqual([section]);
});

test("a task that does not exist is said", async () => {
  const gone = new Problem("You have no task with this id", 404, "task-not-found", false);
  await expect(followed(new Server(["unreachable"], [gone]))).rejects.toBe(gone);
});

test("nobody is told after leaving", async () => {
  const left = new AbortController();
  left.abort();
  const { last, asked } = await followed(new Server([]), left.signal);
  expect([last, asked]).toEqual([null, []]);
});

test("of the listed tasks the newest that is not over counts, and else the newest", () => {
  const [waiting, running] = [task("pending"), task("started", 5, "second_pass")];
  const [failed, summary] = [task("failed"), task("started", 5, "summarize")];
  const kinds: TaskKind[] = ["transcribe", "second_pass"];
  expect(countingOf([summary, failed, waiting, running], kinds)).toBe(waiting);
  expect(countingOf([failed, running], kinds)).toBe(running);
  expect(countingOf([failed, task("success")], kinds)).toBe(failed);
  expect(countingOf([summary], kinds)).toBeNull();
});

test("only a transcription is waited for, and what failed is said", () => {
  const all = (...kinds: TaskKind[]) => kinds.map((kind) => showingOf(task("started", 5, kind), "completed"));
  expect(all("transcribe", "second_pass", "join_recording")).toEqual([
    "progress",
    "quiet progress",
    "quiet progress",
  ]);
  expect(showingOf(task("failed"), "failed")).toBe("failure");
  expect(showingOf(task("failed", 0, "second_pass"), "completed")).toBe("quiet failure");
  expect(showingOf(task("success"), "completed")).toBeNull();
});

test("that a transcription was stopped is said where there is no transcript", () => {
  expect(showingOf(task("cancelled"), "cancelled")).toBe("stopped");
  expect(showingOf(task("cancelled"), "completed")).toBeNull();
  expect(showingOf(task("cancelled", 0, "second_pass"), "cancelled")).toBeNull();
});
