import { expect, test } from "vitest";
import {
  type Correction,
  type Corrections,
  correct,
  corrected,
  noCorrections,
  readable,
} from "../src/corrections";
import { segment } from "./segments";

const heard = segment("a", "The green house.", { revision: 3 });
const sent: Correction = { kind: "sent", segment: heard, text: "The greenhouse.", speaker: "Ann" };
const stored = { ...heard, text: "The greenhouse.", revision: 1_000_001 };

const after = (...all: Correction[]): Corrections => all.reduce(correct, noCorrections);
const shown = (listed: typeof heard, corrections: Corrections) => corrected([listed], corrections)[0]?.text;

test("what is sent is shown at once, and its editor closes", () => {
  const corrections = after({ kind: "opened", segment: heard }, sent);
  expect(shown(heard, corrections)).toBe("The greenhouse.");
  expect(corrections.drafts.size).toBe(0);
});

test("what is stored is shown until the list has it or something newer", () => {
  const corrections = after(sent, { kind: "stored", segment: stored, before: 3 });
  expect(shown(heard, corrections)).toBe("The greenhouse.");
  expect(shown({ ...stored, text: "The glass house.", revision: 1_000_002 }, corrections)).toBe(
    "The glass house.",
  );
});

test("what is refused gives its words back to the author and shows what the list has", () => {
  const draft = { text: "The greenhouse.", speaker: "Ann", segment: heard, conflict: null, problem: null };
  const corrections = after(sent, { kind: "refused", segmentId: "a", draft });
  expect(shown(heard, corrections)).toBe("The green house.");
  expect(corrections.drafts.get("a")?.text).toBe("The greenhouse.");
});

test("opening an editor again keeps what was written in it", () => {
  const draft = { text: "Mine", speaker: "Ann", segment: heard, conflict: null, problem: null };
  const corrections = after({ kind: "refused", segmentId: "a", draft }, { kind: "opened", segment: heard });
  expect(corrections.drafts.get("a")?.text).toBe("Mine");
});

test("a change can be undone until it is", () => {
  const changed = after(sent, { kind: "stored", segment: stored, before: 3 });
  expect(changed.undoable?.revision).toBe(3);
  const back = { ...heard, revision: 1_000_002 };
  const undone = correct(changed, { kind: "undone", segment: back });
  expect([shown(stored, undone), undone.undoable]).toEqual(["The green house.", null]);
});

test("another version has none of the corrections of the one before", () => {
  const corrections = after(sent, { kind: "stored", segment: stored, before: 3 }, { kind: "other version" });
  expect(shown({ ...heard, text: "Heard again.", revision: 0 }, corrections)).toBe("Heard again.");
});

test("what is being written stays while recognition changes or takes back what it is about", () => {
  const other = segment("b", "And then?", { start_time: 2 });
  const { drafts } = after(
    { kind: "opened", segment: heard },
    { kind: "written", segmentId: "a", text: "The glass house", speaker: "Bea" },
  );
  expect(drafts.get("a")).toMatchObject({ text: "The glass house", speaker: "Bea", segment: heard });
  const emptied = { ...heard, revision: 4, text: "" };
  expect(readable([emptied, other], drafts)).toEqual([emptied, other]);
  expect(readable([other], drafts)).toEqual([heard, other]);
  expect(readable([emptied, other], noCorrections.drafts)).toEqual([other]);
});

test("nothing is written into an editor that is closed", () => {
  const corrections = after(
    { kind: "opened", segment: heard },
    { kind: "closed", segmentId: "a" },
    { kind: "written", segmentId: "a", text: "Late", speaker: "Ann" },
  );
  expect(corrections.drafts.size).toBe(0);
});
