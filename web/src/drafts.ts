// Finds drafts their places in a transcript that has changed under them. Pure.

import type { Segment } from "./api";
import type { Corrections, Draft } from "./corrections";
import { personIn } from "./transcript";

type Places = Pick<Corrections, "drafts" | "homeless">;

/** The drafts where they belong now; the very same collections where nothing has changed. */
export function settled(before: Places, version: string | null, segments: readonly Segment[]): Places {
  if (before.drafts.size === 0 && before.homeless.length === 0) return before;
  const known = new Map(segments.map((each) => [each.segment_id, each]));
  const drafts = new Map<string, Draft>();
  const homeless: Draft[] = [];
  for (const draft of [...before.drafts.values(), ...before.homeless]) {
    const target = targetOf(draft, version, known);
    const placed = target && placedAt(draft, version, target);
    if (placed === "said") continue;
    const id = target?.segment_id ?? "";
    if (placed && !drafts.has(id)) drafts.set(id, placed);
    else if (draft.text.trim()) homeless.push(draft);
  }
  return {
    drafts: isSameMap(before.drafts, drafts) ? before.drafts : drafts,
    homeless: isSameList(before.homeless, homeless) ? before.homeless : homeless,
  };
}

/** The segment itself, or what is said in its stead: ids of another version may be of something else. */
function targetOf(
  { origin, version: made }: Draft,
  version: string | null,
  known: ReadonlyMap<string, Segment>,
): Segment | null {
  const same = known.get(origin.segment_id);
  if (same && (made === version || overlap(same, origin) > 0)) return same;
  const then = [...known.values()].filter((each) => each.text.trim() && overlap(each, origin) > 0);
  const theirs = then.filter((each) => personIn(each) === personIn(origin));
  const [first = null] = (theirs.length ? theirs : then).toSorted(
    (one, other) => overlap(other, origin) - overlap(one, origin),
  );
  return first;
}

/** The draft as one of this segment; "said" where the segment says already what was wanted of it. */
function placedAt(draft: Draft, version: string | null, target: Segment): Draft | "said" {
  const { origin, conflict } = draft;
  const isKnown =
    draft.version === version && target.segment_id === origin.segment_id && target.revision <= draft.revision;
  if (isKnown) return draft;
  const { text, speaker, revision } = target;
  const moved = { ...draft, origin: target, version, revision, problem: null };
  if (!conflict && saysSame(draft, origin)) return { ...moved, text, speaker };
  if (saysSame(draft, target)) return "said";
  if (saysSame(conflict ?? origin, target)) return moved;
  return { ...moved, conflict: { text, speaker, revision, made_by_name: null } };
}

interface Words {
  text: string;
  speaker: string;
}

function saysSame(one: Words, other: Words): boolean {
  return one.text.trim() === other.text.trim() && one.speaker.trim() === other.speaker.trim();
}

/** Seconds. */
function overlap(one: Segment, other: Segment): number {
  return Math.min(one.end_time, other.end_time) - Math.max(one.start_time, other.start_time);
}

function isSameMap<K, V>(one: ReadonlyMap<K, V>, other: ReadonlyMap<K, V>): boolean {
  return one.size === other.size && [...other].every(([key, value]) => one.get(key) === value);
}

function isSameList<V>(one: readonly V[], other: readonly V[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}
