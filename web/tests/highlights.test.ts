import { expect, test } from "vitest";
import { pieces } from "../src/highlights";

const shown = (snippet: string, matches: [number, number][]) =>
  pieces(snippet, matches).map(({ words, found }) => (found ? `[${words}]` : words));

test("what was looked for is told from the rest", () => {
  expect(shown("the budget of May", [[4, 10]])).toEqual(["the ", "[budget]", " of May"]);
});

test("characters outside of the basic plane count once", () => {
  expect(shown("🎉🎉 party", [[3, 8]])).toEqual(["🎉🎉 ", "[party]"]);
});

test("matches that touch or overlap lose and repeat nothing", () => {
  expect(
    shown("会议记录", [
      [0, 2],
      [1, 3],
    ]).join(""),
  ).toBe("[会议][记]录");
});

test("without a match everything is the rest", () => {
  expect(shown("nothing", [])).toEqual(["nothing"]);
});
