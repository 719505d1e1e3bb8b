import { expect, test } from "vitest";
import { newSession } from "../src/api";

test("a meeting without a title is asked for without one, so that minutes may give it one", () => {
  expect(newSession("  ", "en-US")).toEqual({ language: "en-US" });
  expect(newSession(" Weekly planning ", "de-DE")).toEqual({ title: "Weekly planning", language: "de-DE" });
});
