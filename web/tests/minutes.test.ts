import { expect, test } from "vitest";
import { type Line, type Minutes, partOf, SPOKEN_LANGUAGE, wishesOf } from "../src/minutes";
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
  left_out: { decisions: 0, action_items: 0, open_questions: 0 },
  dropped_items: 0,
};

test("as Markdown they have what there is, with times", () => {
  expect(markdown(minutes, null)).toBe(
    [
      "# Garden show\n",
      "## Key points\n\n- Ada: The garden is ready. (0:03)\n",
      "## Decisions\n\n- Ada: We open on Friday. (1:01)\n",
      "## Tasks\n\n- [ ] Ada: I will send the invitations. (1:10) (Ada, on Monday)\n",
      "## Chapters\n\n- 1:05 invitations\n",
    ].join("\n"),
  );
});

test("as Markdown quotations are to be confirmed, and what is missing is counted", () => {
  const told = markdown(
    { ...minutes, left_out: { decisions: 3, action_items: 0, open_questions: 0 }, dropped_items: 2 },
    "Zu bestätigen:",
  );
  expect(told).toContain(
    "## Decisions\n\nZu bestätigen:\n\n- Ada: We open on Friday. (1:01)\n- … and 3 more\n",
  );
  expect(told).toContain("## Tasks\n\nZu bestätigen:\n\n- [ ]");
  expect(told).toContain("## Key points\n\n- Ada");
  expect(told).toContain("2 lines of the model had no place in the transcript");
});

test("only what somebody has changed is asked for", () => {
  const before = { template_id: "t", instructions: "Be kind." };
  const same = { template: "t", instructions: " Be kind. ", language: "", style: "" };
  expect(wishesOf(same, before)).toEqual({});
  expect(wishesOf({ ...same, template: "", instructions: "" }, before)).toEqual({
    template_id: null,
    instructions: null,
  });
  expect(wishesOf({ ...same, template: "u", language: "de-DE", style: "brief" }, before)).toEqual({
    template_id: "u",
    language: "de-DE",
    style: "brief",
  });
  expect(wishesOf({ ...same, language: SPOKEN_LANGUAGE }, before)).toEqual({ language: null });
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
