import { expect, test } from "vitest";
import type { Segment } from "../src/api";
import { type Captions, fold, type LiveEvent, noCaptions, withWords } from "../src/captions";
import { partial, segment } from "./segments";

const caption = (given: Segment): LiveEvent => ({ kind: "caption", segment: given });
const after = (...events: LiveEvent[]): Captions => events.reduce(fold, noCaptions);
const texts = (captions: Captions) => captions.segments.map((each) => each.text);

test("a final replaces its partials in their place", () => {
  const captions = after(
    caption(partial("a", "good", { start_time: 1 })),
    caption(segment("b", "yes", { start_time: 2 })),
    caption(partial("a", "good mor", { start_time: 1, revision: 2 })),
    caption(segment("a", "Good morning.", { start_time: 1, revision: 3 })),
  );
  expect(texts(captions)).toEqual(["Good morning.", "yes"]);
});

test("the higher revision wins in whatever order they come", () => {
  const older = caption(segment("a", "old", { revision: 4 }));
  const newer = caption(segment("a", "new", { revision: 5 }));
  expect(texts(after(older, newer))).toEqual(["new"]);
  expect(texts(after(newer, older))).toEqual(["new"]);
});

test("a partial never takes the place of a final", () => {
  const captions = after(
    caption(segment("a", "certain", { revision: 3 })),
    caption(partial("a", "unsure", { revision: 9 })),
  );
  expect(texts(captions)).toEqual(["certain"]);
});

test("what is no news leaves the very same state", () => {
  const captions = after(caption(segment("a", "once")));
  expect(fold(captions, caption(segment("a", "once")))).toBe(captions);
});

test("captions stand in the order in which they were spoken", () => {
  const captions = after(
    caption(segment("c", "third", { start_time: 3 })),
    caption(segment("a", "first", { start_time: 1 })),
    caption(segment("b2", "second of two", { start_time: 2 })),
    caption(segment("b1", "first of two", { start_time: 2 })),
  );
  expect(texts(captions)).toEqual(["first", "first of two", "second of two", "third"]);
});

test("a snapshot replaces everything and makes an empty list certain", () => {
  expect(noCaptions.loaded).toBe(false);
  const captions = after(caption(segment("a", "gone")), {
    kind: "snapshot",
    segments: [segment("c", "later", { start_time: 9 }), segment("b", "sooner", { start_time: 8 })],
  });
  expect(captions.loaded).toBe(true);
  expect(texts(captions)).toEqual(["sooner", "later"]);
});

test("a snapshot takes back what was told before it: the end of a meeting may have been missed", () => {
  const captions = after(
    { kind: "session", status: "recording" },
    { kind: "agent", state: "listening" },
    { kind: "snapshot", segments: [] },
  );
  expect([captions.status, captions.agent]).toEqual([null, null]);
});

test("a new agent ends what the one before left unfinished", () => {
  const captions = after(
    caption(segment("a", "kept")),
    caption(partial("b", "unfinished", { start_time: 2 })),
    { kind: "agent", state: "listening" },
  );
  expect(texts(captions)).toEqual(["kept"]);
  expect(captions.agent).toBe("listening");
});

test("an agent that leaves takes no words along", () => {
  const captions = after(caption(partial("b", "still here")), { kind: "agent", state: "left" });
  expect(texts(captions)).toEqual(["still here"]);
});

test("the end of a session ends what is unfinished", () => {
  const captions = after(caption(partial("b", "unfinished")), { kind: "session", status: "completed" });
  expect(texts(captions)).toEqual([]);
  expect(captions.status).toBe("completed");
});

test("a final without words takes its partials back, also those that come late", () => {
  const captions = after(
    caption(partial("a", "you")),
    caption(segment("a", "", { revision: 2 })),
    caption(partial("a", "you", { revision: 3 })),
  );
  expect(withWords(captions.segments)).toEqual([]);
});

test("a renamed speaker has the new name in everything that is shown", () => {
  const said = [
    caption(segment("a", "one", { speaker: "Ann" })),
    caption(segment("b", "two", { speaker: "Bob" })),
  ];
  const renamed = { old_speaker: "Ann", new_speaker: "Anna", segment_ids: null };
  const names = (captions: Captions) => captions.segments.map((each) => each.speaker);
  expect(names(after(...said, { kind: "speaker", renamed }))).toEqual(["Anna", "Bob"]);
  const elsewhere: LiveEvent = { kind: "speaker", renamed: { ...renamed, segment_ids: ["b"] } };
  expect(names(after(...said, elsewhere))).toEqual(["Ann", "Bob"]);
});

test("a new snapshot keeps the objects of what has not changed, and the list if nothing has", () => {
  const [first, second] = [segment("a", "one"), segment("b", "too", { start_time: 2 })];
  const before = fold(noCaptions, { kind: "snapshot", segments: [first, second] });
  const same = fold(before, { kind: "snapshot", segments: [{ ...first }, { ...second }] });
  expect(same.segments).toBe(before.segments);
  const heardAgain = { ...second, revision: 2, text: "two" };
  const after = fold(before, { kind: "snapshot", segments: [{ ...first }, heardAgain] });
  expect(after.segments[0]).toBe(before.segments[0]);
  expect(after.segments[1]?.text).toBe("two");
});

test("of a segment that a snapshot has twice the newest is kept, in the order of time", () => {
  const segments = [
    segment("b", "later", { start_time: 2 }),
    segment("a", "new", { revision: 2 }),
    segment("a", "old"),
  ];
  const captions = fold(noCaptions, { kind: "snapshot", segments });
  expect(captions.segments.map((each) => each.text)).toEqual(["new", "later"]);
});

test("the snapshot of a day of meeting is put in order at once", { timeout: 3_000 }, () => {
  const segments = Array.from({ length: 50_000 }, (_, at) => segment(`s${at}`, "word", { start_time: at }));
  const captions = fold(noCaptions, { kind: "snapshot", segments: segments.toReversed() });
  expect(captions.segments).toEqual(segments);
});
