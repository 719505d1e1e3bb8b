// Minutes as text to take along, and the text of a filled template as what can be shown. Pure.

import type { ActionItem, Line, Minutes } from "./minutes";
import { text } from "./text";
import { clock } from "./transcript";

/** `notice` stands before what is to be confirmed. */
export function markdown(minutes: Minutes, notice: string | null): string {
  const { sections } = text.minutes;
  const { left_out } = minutes;
  const tasks = minutes.action_items.map((each) => `[ ] ${spoken(each)}${noted(each)}`);
  const chapters = minutes.chapters.map((each) => `${clock(each.start_time)} ${each.title}`);
  const bodies = [
    listed(sections.highlights, minutes.highlights.map(spoken)),
    listed(sections.key_points, minutes.key_points.map(spoken)),
    listed(sections.decisions, minutes.decisions.map(spoken), left_out.decisions, notice),
    listed(sections.action_items, tasks, left_out.action_items, notice),
    listed(sections.open_questions, minutes.open_questions.map(spoken), left_out.open_questions),
    listed(sections.chapters, chapters),
  ];
  const dropped = minutes.dropped_items ? [`${text.minutes.dropped(minutes.dropped_items)}\n`] : [];
  return [`# ${minutes.title}\n`, ...bodies.filter(Boolean), ...dropped].join("\n");
}

function listed(heading: string, lines: string[], more = 0, notice: string | null = null): string {
  if (lines.length === 0) return "";
  const all = more ? [...lines, text.minutes.more(more)] : lines;
  const before = notice ? `${notice}\n\n` : "";
  return `## ${heading}\n\n${before}${all.map((each) => `- ${each}`).join("\n")}\n`;
}

/** Who does it and when, as far as that is known. */
export function noted({ who, when }: ActionItem): string {
  const notes = [who, when].filter(Boolean);
  return notes.length ? ` (${notes.join(", ")})` : "";
}

function spoken(line: Line): string {
  return `${line.speaker ? `${line.speaker}: ` : ""}${line.text} (${clock(line.start_time)})`;
}

/** A stretch of words, as strong as it is meant; `at` is where in its line it is. */
export interface Run {
  at: number;
  words: string;
  strong: boolean;
}

interface Marked {
  /** The number of its line. */
  at: number;
  words: Run[];
}

export type Shown = ({ kind: "heading" | "text" } & Marked) | { kind: "list"; at: number; items: Marked[] };

/** The little of Markdown that templates use: headings, lists and what is strong. Everything else stays as it is. */
export function shown(filled: string): Shown[] {
  const result: Shown[] = [];
  for (const [at, line] of filled.split("\n").entries()) {
    const last = result.at(-1);
    const [, heading] = /^\s*#{1,6}\s+(.*)$/.exec(line) ?? [];
    const [, item] = /^\s*[-*]\s+(.*)$/.exec(line) ?? [];
    if (!line.trim()) continue;
    if (heading !== undefined) result.push({ kind: "heading", at, words: runs(heading) });
    else if (item === undefined) result.push({ kind: "text", at, words: runs(line) });
    else if (last?.kind === "list") last.items.push({ at, words: runs(item) });
    else result.push({ kind: "list", at, items: [{ at, words: runs(item) }] });
  }
  return result;
}

function runs(line: string): Run[] {
  const pieces = line.trim().split("**");
  // An even number of pieces means that one mark is alone, and that none is meant as one.
  if (pieces.length % 2 === 0) return [{ at: 0, words: line.trim(), strong: false }];
  return pieces.map((words, at) => ({ at, words, strong: at % 2 === 1 })).filter(({ words }) => words);
}
