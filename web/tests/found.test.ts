import { describe, expect, it } from "vitest";
import { piecesOf } from "../src/found";

const told = (snippet: string, matches: [number, number][]) =>
  piecesOf({ snippet, matches }).map(({ text, hit }) => (hit ? `[${text}]` : text));

describe("pieces of a snippet", () => {
  it("are hits and what lies between", () => {
    expect(told("the budget of the year", [[4, 10]])).toEqual(["the ", "[budget]", " of the year"]);
  });

  it("count characters and not units of UTF-16", () => {
    expect(told("😀😀 我们讨论预算。", [[7, 9]])).toEqual(["😀😀 我们讨论", "[预算]", "。"]);
  });

  it("are one where nothing was hit, and none of nothing", () => {
    expect(told("quiet", [])).toEqual(["quiet"]);
    expect(told("", [])).toEqual([]);
  });

  it("never overlap and never go beyond the end", () => {
    expect(
      told("abcdef", [
        [1, 4],
        [2, 9],
      ]),
    ).toEqual(["a", "[bcd]", "[ef]"]);
  });
});
