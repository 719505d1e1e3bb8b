import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sendForm } from "../src/sending";

/** A request whose other end does what the test says. */
class ScriptedRequest {
  static last: ScriptedRequest;
  upload: { onprogress?: (event: ProgressEvent) => void } = {};
  onload?: () => void;
  onabort?: () => void;
  onloadend?: () => void;
  status = 0;
  responseText = "";
  aborted = false;

  constructor() {
    ScriptedRequest.last = this;
  }
  open() {}
  setRequestHeader() {}
  send() {}
  abort() {
    this.aborted = true;
    this.onabort?.();
    this.onloadend?.();
  }
  progress(loaded: number) {
    this.upload.onprogress?.({ lengthComputable: true, loaded, total: 10 } as ProgressEvent);
  }
  answer(status: number, text: string) {
    Object.assign(this, { status, responseText: text });
    this.onload?.();
    this.onloadend?.();
  }
}

function begin(signal = new AbortController().signal) {
  const sent: number[] = [];
  const answered = sendForm("/upload", new FormData(), {}, (bytes) => sent.push(bytes), signal);
  answered.catch(() => {});
  return { sent, answered, request: ScriptedRequest.last };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("XMLHttpRequest", ScriptedRequest);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a form may take as long as bytes are taken", async () => {
  const { sent, answered, request } = begin();
  for (const bytes of [1, 5, 10]) {
    vi.advanceTimersByTime(100_000);
    request.progress(bytes);
  }
  request.answer(200, "here");
  expect(await (await answered).text()).toBe("here");
  expect(sent).toEqual([1, 5, 10]);
  vi.advanceTimersByTime(1_000_000);
  expect(request.aborted).toBe(false);
});

test("a form is given up when the other end falls silent", async () => {
  const { answered, request } = begin();
  request.progress(1);
  vi.advanceTimersByTime(121_000);
  await expect(answered).rejects.toMatchObject({ code: "unreachable" });
  expect(request.aborted).toBe(true);
});

test("a form ends with the reason of whoever stops it", async () => {
  const stopping = new AbortController();
  const { answered, request } = begin(stopping.signal);
  stopping.abort(new Error("enough"));
  await expect(answered).rejects.toThrow("enough");
  expect(request.aborted).toBe(true);
});
