import { expect, test } from "vitest";
import type { Draft } from "../src/corrections";
import { settled } from "../src/drafts";
import { segment } from "./segments";

const origin = segment("file-1", "The green house.", { start_time: 4, end_time: 6 });
const draft: Draft = {
  origin,
  version: "v1",
  text: "The greenhouse.",
  speaker: "Ann",
  revision: 1,
  conflict: null,
  problem: null,
};
const at = (id: string, text: string, start_time: number, end_time: number, given = {}) =>
  segment(id, text, { start_time, end_time, ...given });
const before = (given: Partial<Draft> = {}) => ({
  drafts: new Map([["file-1", { ...draft, ...given }]]),
  homeless: [],
});

test("where nothing has changed, everything stays the very same", () => {
  const places = before();
  expect(settled(places, "v1", [origin])).toEqual(places);
  expect(settled(places, "v1", [origin]).drafts).toBe(places.drafts);
});

test("words that changed under an editor are a conflict at once, and what was typed stays", () => {
  const { drafts } = settled(before(), "v1", [{ ...origin, text: "A green house.", revision: 2 }]);
  expect(drafts.get("file-1")).toMatchObject({
    text: "The greenhouse.",
    revision: 2,
    conflict: { text: "A green house.", revision: 2 },
  });
});

test("a newer revision of the same words is no conflict", () => {
  const { drafts } = settled(before(), "v1", [{ ...origin, revision: 2 }]);
  expect(drafts.get("file-1")).toMatchObject({ text: "The greenhouse.", revision: 2, conflict: null });
});

test("an editor in which nothing was written shows what stands there now", () => {
  const { drafts } = settled(before({ text: origin.text }), "v1", [
    { ...origin, text: "A green house.", revision: 2 },
  ]);
  expect(drafts.get("file-1")).toMatchObject({ text: "A green house.", conflict: null });
});

test("what was wanted and stands there already needs no editor", () => {
  const { drafts, homeless } = settled(before(), "v1", [{ ...origin, text: draft.text, revision: 2 }]);
  expect([drafts.size, homeless.length]).toEqual([0, 0]);
});

test("in another version a draft stands where that was said, whatever has its id there", () => {
  const { drafts } = settled(before(), "v2", [
    at("file-0", "The green house. It is old.", 3.5, 8),
    at("file-1", "Indeed.", 9, 10),
  ]);
  expect([...drafts.keys()]).toEqual(["file-0"]);
  expect(drafts.get("file-0")).toMatchObject({
    text: "The greenhouse.",
    version: "v2",
    conflict: { text: "The green house. It is old." },
  });
});

test("of several who spoke then, it is the same person's", () => {
  const other = at("x", "Yes yes yes.", 4, 6, { participant_identity: "intrascribe_user_bob_1" });
  const { drafts } = settled(before(), "v2", [other, at("y", "The green hose.", 5, 6)]);
  expect([...drafts.keys()]).toEqual(["y"]);
});

test("words that became part of other words are a conflict with these", () => {
  const { drafts } = settled(before(), "v1", [at("file-0", "Look, the green house.", 2, 6)]);
  expect(drafts.get("file-0")?.conflict?.text).toBe("Look, the green house.");
});

test("where nothing is said any more, the words are kept without a place, and find it again", () => {
  const lost = settled(before(), "v2", [at("file-0", "Good bye.", 20, 21)]);
  expect([lost.drafts.size, lost.homeless.map((each) => each.text)]).toEqual([0, ["The greenhouse."]]);
  const found = settled(lost, "v1", [origin]);
  expect([found.drafts.get("file-1")?.text, found.homeless]).toEqual(["The greenhouse.", []]);
});

test("two drafts do not take the same place", () => {
  const second = { ...draft, origin: at("file-2", "It is old.", 6, 8), text: "It is cold." };
  const places = {
    drafts: new Map([
      ["file-1", draft],
      ["file-2", second],
    ]),
    homeless: [],
  };
  const { drafts, homeless } = settled(places, "v2", [at("file-0", "The green house is old.", 4, 8)]);
  expect([drafts.get("file-0")?.text, homeless.map((each) => each.text)]).toEqual([
    "The greenhouse.",
    ["It is cold."],
  ]);
});
