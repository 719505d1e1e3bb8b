// A transcript for people: clock times, blocks of one person, colours, plain text. Pure.

import type { Segment } from "./api";

/** What one person said without another in between. */
export interface Block {
  key: string;
  person: string;
  speaker: string;
  start: number;
  segments: readonly Segment[];
}

export const COLOURS = 8;
const LONGEST_PAUSE_SECONDS = 30;

export function blocks(segments: readonly Segment[]): Block[] {
  const result: (Block & { segments: Segment[] })[] = [];
  for (const segment of segments) {
    const last = result.at(-1);
    const person = personIn(segment);
    const before = last?.segments.at(-1);
    if (
      last &&
      before &&
      last.person === person &&
      last.speaker === segment.speaker &&
      segment.start_time - before.end_time < LONGEST_PAUSE_SECONDS
    ) {
      last.segments.push(segment);
    } else {
      const { segment_id: key, speaker, start_time: start } = segment;
      result.push({ key, person, speaker, start, segments: [segment] });
    }
  }
  return result;
}

/** Under which key the segments stood, by their ids. */
export type Keys = ReadonlyMap<string, string>;

/** Blocks under the keys that they had, those with something `open` before all: what is typed there stays there. */
export function keyedAsBefore(
  all: readonly Block[],
  before: Keys,
  open: (segmentId: string) => boolean,
): Block[] {
  const keys = new Map<Block, string>();
  const taken = new Set<string>();
  const claim = (block: Block, segment: Segment | undefined) => {
    const key = segment && before.get(segment.segment_id);
    if (key === undefined || taken.has(key) || keys.has(block)) return;
    keys.set(block, key);
    taken.add(key);
  };
  for (const block of all) {
    claim(
      block,
      block.segments.find((each) => open(each.segment_id)),
    );
  }
  for (const block of all) {
    claim(
      block,
      block.segments.find((each) => before.has(each.segment_id)),
    );
  }
  for (const block of all) {
    if (keys.has(block)) continue;
    let key = block.key;
    while (taken.has(key)) key += "+";
    keys.set(block, key);
    taken.add(key);
  }
  return all.map((block) => ({ ...block, key: keys.get(block) ?? block.key }));
}

export function keysOf(all: readonly Block[]): Keys {
  return new Map(all.flatMap(({ key, segments }) => segments.map((each) => [each.segment_id, key] as const)));
}

/** An identity is given per visit and ends in a number; without it, it names the account. */
export function personOf(identity: string): string {
  return identity.replace(/_\d+$/, "");
}

/** Who said it: the account, or the name where no identity is known. */
export function personIn(segment: Segment): string {
  return personOf(segment.participant_identity ?? segment.speaker);
}

/** People get colours in the order in which they first spoke, so that few people never share one. */
export function colours(segments: readonly Segment[]): ReadonlyMap<string, number> {
  const result = new Map<string, number>();
  for (const segment of segments) {
    const person = personIn(segment);
    if (!result.has(person)) result.set(person, result.size % COLOURS);
  }
  return result;
}

/** Seconds as m:ss, from an hour on as h:mm:ss. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const padded = (value: number) => String(value).padStart(2, "0");
  return hours ? `${hours}:${padded(minutes)}:${padded(rest)}` : `${minutes}:${padded(rest)}`;
}

export function plainText(segments: readonly Segment[]): string {
  return blocks(segments)
    .map(
      (block) =>
        `[${clock(block.start)}] ${block.speaker}: ${block.segments.map((each) => each.text).join(" ")}\n`,
    )
    .join("\n");
}

export function fileName(title: string, extension: string): string {
  const name = title
    .normalize("NFKC")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return `${name.slice(0, 80) || "transcript"}.${extension}`;
}
