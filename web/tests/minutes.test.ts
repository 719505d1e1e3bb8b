import { expect, test } from "vitest";
import { type Line, type Minutes, partOf } from "../src/minutes";
import { markdown, shown } from "../src/minutes-text";

const line = (text: string, start_time: number): Line => ({
  text,
  speaker: "Ada",
  start_time,
  segment_ids: ["a"],
  evidence: "there",
});

const minutes: Minutes = {
  title: "Garden show",
  highlights: [],
  key_points: [line("The garden is ready.", 3)],
  decisions: [line("We open on Friday.", 61)],
  action_items: [{ ...line("I will send the invitations.", 70), who: "Ada", when: "on Monday" }],
  open_questions: [],
  chapters: [{ title: "invitations", segment_ids: ["b"], start_time: 65, end_time: 80 }],
};

test("as Markdown they have what there is, with times", () => {
  expect(markdown(minutes)).toBe(
    [
      "# Garden show\n",
      "## Key points\n\n- Ada: The garden is ready. (0:03)\n",
      "## Decisions\n\n- Ada: We open on Friday. (1:01)\n",
      "## Tasks\n\n- [ ] Ada: I will send the invitations. (1:10) (Ada, on Monday)\n",
      "## Chapters\n\n- 1:05 invitations\n",
    ].join("\n"),
  );
});

test("what is ready of them is shown, and nothing is made up for the rest", () => {
  const part = partOf(new Map([["decisions", minutes.decisions]]));
  expect(part).toEqual({
    ...minutes,
    title: "",
    key_points: [],
    action_items: [],
    chapters: [],
    highlights: [],
  });
  expect(partOf(new Map())).toBeNull();
});

test("a filled template is headings, lists and text", () => {
  const parts = shown("# Stand-up\n\n**There:** Ada\n\n- one\n- *two*\n\n1 ** 2");
  const words = (runs: { words: string; strong: boolean }[]) =>
    runs.map((each) => (each.strong ? `[${each.words}]` : each.words)).join("");
  expect(
    parts.map((part) =>
      part.kind === "list"
        ? part.items.map((item) => words(item.words))
        : `${part.kind}: ${words(part.words)}`,
    ),
  ).toEqual(["heading: Stand-up", "text: [There:] Ada", ["one", "*two*"], "text: 1 ** 2"]);
});
