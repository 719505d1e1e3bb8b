import { expect, test } from "vitest";
import {
  type Correction,
  type Corrections,
  correct,
  corrected,
  type Draft,
  isUnsaved,
  noCorrections,
  unconfirmed,
} from "../src/corrections";
import { Problem } from "../src/problem";
import { segment } from "./segments";

const heard = segment("a", "The green house.", { revision: 3 });
const stored = { ...heard, text: "The greenhouse.", revision: 1_000_001 };
const draft: Draft = {
  origin: heard,
  version: "v1",
  text: "The greenhouse.",
  speaker: "Ann",
  revision: 3,
  conflict: null,
  problem: null,
};
const list = (version: string, ...segments: (typeof heard)[]): Correction => ({
  kind: "listed",
  version,
  segments,
});
const sent: Correction = { kind: "sent", draft, wanted: { text: "The greenhouse.", speaker: "Ann" } };
const opened: Correction = { kind: "opened", segment: heard };
const typed = (text: string): Correction => ({ kind: "typed", segmentId: "a", typed: { text } });
const confirmed: Correction = { kind: "stored", segment: stored, version: "v1", before: 3 };

const after = (...all: Correction[]): Corrections =>
  [list("v1", heard), ...all].reduce(correct, noCorrections);
const shown = (of: typeof heard, { version, standing }: Corrections) =>
  corrected([of], version, standing)[0]?.text;

test("what is sent is shown at once as not saved yet, and its editor closes", () => {
  const corrections = after(opened, typed("The greenhouse."), sent);
  expect(shown(heard, corrections)).toBe("The greenhouse.");
  expect([...unconfirmed(corrections.standing)]).toEqual(["a"]);
  expect([corrections.drafts.size, isUnsaved(corrections)]).toEqual([0, true]);
});

test("what is stored is shown until the list has it or something newer", () => {
  const corrections = after(sent, confirmed);
  expect(shown(heard, corrections)).toBe("The greenhouse.");
  expect(shown({ ...stored, text: "The glass house.", revision: 1_000_002 }, corrections)).toBe(
    "The glass house.",
  );
  expect(isUnsaved(corrections)).toBe(false);
});

test("what is refused gives its words back to the author and shows what the list has", () => {
  const corrections = after(sent, { kind: "refused", draft });
  expect(shown(heard, corrections)).toBe("The green house.");
  expect(corrections.drafts.get("a")?.text).toBe("The greenhouse.");
});

test("what somebody writes is kept as it is written, also when the editor is opened again", () => {
  expect(isUnsaved(after(opened))).toBe(false);
  const corrections = after(opened, typed("Mine"), opened);
  expect(corrections.drafts.get("a")?.text).toBe("Mine");
  expect(isUnsaved(corrections)).toBe(true);
  expect(isUnsaved(correct(corrections, { kind: "closed", segmentId: "a" }))).toBe(false);
});

test("what is being saved has no second editor", () => {
  expect(after(sent, opened).drafts.size).toBe(0);
});

test("a restoring that fails takes no words away", () => {
  const problem = new Problem("Away", 0, "unreachable", true);
  const failed: Correction = { kind: "not restored", segment: heard, problem };
  expect(after(opened, typed("Mine"), failed).drafts.get("a")).toMatchObject({ text: "Mine", problem });
});

test("a change can be undone until it is", () => {
  const changed = after(sent, confirmed);
  expect(changed.undoable?.revision).toBe(3);
  const back = { ...heard, revision: 1_000_002 };
  const undone = correct(changed, { kind: "undone", segment: back, version: "v1" });
  expect([shown(stored, undone), undone.undoable]).toEqual(["The green house.", null]);
});

test("another version has none of the corrections of the one before", () => {
  const again = { ...heard, text: "Heard again.", revision: 0 };
  const corrections = after(sent, confirmed, list("v2", again));
  expect([shown(again, corrections), corrections.undoable]).toEqual(["Heard again.", null]);
  const late = after(sent, list("v2", again), confirmed);
  expect([shown(again, late), late.undoable, isUnsaved(late)]).toEqual(["Heard again.", null, false]);
});

test("what is refused because of another version finds its place in that", () => {
  const again = { ...heard, text: "Heard again.", revision: 0 };
  const corrections = after(sent, list("v2", again), { kind: "refused", draft }, list("v2", again));
  expect(corrections.drafts.get("a")).toMatchObject({ text: draft.text, version: "v2", revision: 0 });
  expect(corrections.drafts.get("a")?.conflict?.text).toBe("Heard again.");
  expect(corrections.homeless).toEqual([]);
});
