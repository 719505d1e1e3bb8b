import { expect, test } from "vitest";
import { recordingOf } from "../src/recording";

test("a room says whether it records", () => {
  expect(recordingOf('{"recording": true}')).toBe(true);
  expect(recordingOf('{"recording": false, "more": 1}')).toBe(false);
});

test.each([undefined, "", "null", "[]", "{", '{"recording": "yes"}', "{}"])("%s says nothing", (metadata) => {
  expect(recordingOf(metadata)).toBeNull();
});
