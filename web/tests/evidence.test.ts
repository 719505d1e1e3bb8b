import { expect, test } from "vitest";
import { placeOf } from "../src/evidence";
import { segment } from "./segments";

const said = [
  segment("a", "Good morning.", { start_time: 0, end_time: 2 }),
  segment("b", "We move on Monday.", { start_time: 3, end_time: 6 }),
  segment("c", "Agreed.", { start_time: 7, end_time: 8 }),
];

test("evidence leads to the segments it names", () => {
  expect(placeOf(said, { segment_ids: ["b", "c"], start_time: 3 })).toEqual({
    segmentIds: ["b", "c"],
    start: 3,
  });
});

test("in another version it leads to what is said at that time", () => {
  expect(placeOf(said, { segment_ids: ["gone"], start_time: 4 })).toEqual({ segmentIds: ["b"], start: 4 });
});

test("where nothing is said it leads nowhere", () => {
  expect(placeOf(said, { segment_ids: ["gone"], start_time: 6.5 })).toBeNull();
});
