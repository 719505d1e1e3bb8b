import { expect, test } from "vitest";
import {
  blocks,
  clock,
  colours,
  fileName,
  type Keys,
  keyedAsBefore,
  keysOf,
  plainText,
} from "../src/transcript";
import { segment } from "./segments";

const ann = { speaker: "Ann", participant_identity: "intrascribe_user_ann_1" };
const bob = { speaker: "Bob", participant_identity: "intrascribe_user_bob_7" };

const conversation = [
  segment("1", "Good morning.", { ...ann, start_time: 1, end_time: 2 }),
  segment("2", "Shall we?", { ...ann, start_time: 3, end_time: 4 }),
  segment("3", "Yes.", { ...bob, start_time: 5, end_time: 6 }),
  segment("4", "Then let us.", { ...ann, start_time: 7, end_time: 8 }),
];

test("what one person says without another in between is one block", () => {
  expect(blocks(conversation).map((each) => [each.speaker, each.segments.length])).toEqual([
    ["Ann", 2],
    ["Bob", 1],
    ["Ann", 1],
  ]);
});

test("a long silence begins a new block", () => {
  const later = segment("9", "Still here?", { ...ann, start_time: 90 });
  expect(blocks([...conversation, later])).toHaveLength(4);
});

test("somebody who comes back keeps the colour", () => {
  const again = segment("9", "Back.", { ...bob, participant_identity: "intrascribe_user_bob_8" });
  const given = colours([...conversation, again]);
  expect([...given.values()]).toEqual([0, 1]);
});

test("a caption without an identity belongs to its name", () => {
  const given = colours([segment("1", "Hi.", { speaker: "Guest", participant_identity: null })]);
  expect([...given.keys()]).toEqual(["Guest"]);
});

test.each([
  [0, "0:00"],
  [61.9, "1:01"],
  [3600, "1:00:00"],
  [-3, "0:00"],
])("%d seconds are %s", (seconds, shown) => {
  expect(clock(seconds)).toBe(shown);
});

test("as text it has a line for each block", () => {
  expect(plainText(conversation)).toBe(
    "[0:01] Ann: Good morning. Shall we?\n\n[0:05] Bob: Yes.\n\n[0:07] Ann: Then let us.\n",
  );
});

test.each([
  ["Weekly: planning / 2", "Weekly-planning-2.txt"],
  ["例会", "例会.txt"],
  ["../..", "transcript.txt"],
])("%s is saved as %s", (title, name) => {
  expect(fileName(title, "txt")).toBe(name);
});

test("a block keeps its key for as long as anything of it is there, before all where something is open", () => {
  const [a, b, c] = ["a", "b", "c"].map((id, index) => segment(id, id, { start_time: index }));
  if (!a || !b || !c) throw new Error("there are three");
  const keys = (segments: (typeof a)[], before: Keys = new Map(), open = "") =>
    keyedAsBefore(blocks(segments), before, (id) => id === open);
  const before = keysOf(keys([a, b, c]));
  expect([...before.values()]).toEqual(["a", "a", "a"]);
  const earlier = segment("0", "0");
  expect(keys([earlier, a, b, c], before).map((each) => each.key)).toEqual(["a"]);
  const split = [{ ...a, speaker: "Bob" }, b, c];
  expect(keys(split, before).map((each) => each.key)).toEqual(["a", "b"]);
  const open = keys(split, before, "c");
  expect(open.map((each) => each.key)).toEqual(["a+", "a"]);
  expect(keys(split, keysOf(open)).map((each) => each.key)).toEqual(["a+", "a"]);
});
