// The captions of one session as a fold over its events. Pure: no clock, no network, no framework.

import type { AgentState, Segment, SpeakerRenamed } from "./api";

export type LiveEvent =
  | { kind: "snapshot"; segments: readonly Segment[] }
  | { kind: "caption"; segment: Segment }
  | { kind: "agent"; state: AgentState }
  | { kind: "session"; status: string }
  | { kind: "speaker"; renamed: SpeakerRenamed };

export interface Captions {
  /** False until the first snapshot: an empty list then means "not known", not "nothing said". */
  readonly loaded: boolean;
  /** At most one version of each segment, in the order in which they were spoken. */
  readonly segments: readonly Segment[];
  /** These two as events have told since the last snapshot. */
  readonly agent: AgentState | null;
  readonly status: string | null;
}

export const noCaptions: Captions = { loaded: false, segments: [], agent: null, status: null };

export function fold(captions: Captions, event: LiveEvent): Captions {
  switch (event.kind) {
    case "snapshot":
      // It has no agent and no state: those known are from before something was missed.
      return {
        ...noCaptions,
        loaded: true,
        segments: keptWhereSame(captions.segments, ordered(event.segments)),
      };
    case "caption": {
      const segments = place(captions.segments, event.segment);
      return segments === captions.segments ? captions : { ...captions, segments };
    }
    case "agent":
      // What an earlier agent left unfinished never becomes final.
      return event.state === "listening"
        ? { ...captions, agent: event.state, segments: finals(captions.segments) }
        : { ...captions, agent: event.state };
    case "session":
      return event.status === "completed"
        ? { ...captions, status: event.status, segments: finals(captions.segments) }
        : { ...captions, status: event.status };
    case "speaker":
      return { ...captions, segments: captions.segments.map((each) => rename(each, event.renamed)) };
  }
}

export function finals(segments: readonly Segment[]): readonly Segment[] {
  return segments.every((each) => each.is_final) ? segments : segments.filter((each) => each.is_final);
}

/** Without those whose final said that there had been no words after all. */
export function withWords(segments: readonly Segment[]): readonly Segment[] {
  return segments.filter((each) => each.text.trim());
}

/** The new list, with the very objects of the old one wherever nothing has changed, and itself if nothing has. */
export function keptWhereSame(before: readonly Segment[], after: readonly Segment[]): readonly Segment[] {
  const known = new Map(before.map((each) => [each.segment_id, each]));
  const kept = after.map((each) => {
    const old = known.get(each.segment_id);
    return old && isSame(old, each) ? old : each;
  });
  return kept.length === before.length && kept.every((each, index) => each === before[index]) ? before : kept;
}

function isSame(one: Segment, other: Segment): boolean {
  const names = Object.keys(other) as (keyof Segment)[];
  return names.every((name) => one[name] === other[name]);
}

function ordered(segments: readonly Segment[]): readonly Segment[] {
  const newest = new Map<string, Segment>();
  for (const each of segments) {
    const before = newest.get(each.segment_id);
    if (!before || isNewer(each, before)) newest.set(each.segment_id, each);
  }
  return [...newest.values()].toSorted(inOrder);
}

function rename(segment: Segment, renamed: SpeakerRenamed): Segment {
  const { old_speaker, new_speaker, segment_ids } = renamed;
  const meant = segment.speaker === old_speaker && (segment_ids?.includes(segment.segment_id) ?? true);
  return meant ? { ...segment, speaker: new_speaker } : segment;
}

/** The same list when the segment is no news, else a new one with it in its place. */
function place(segments: readonly Segment[], segment: Segment): readonly Segment[] {
  const known = segments.findLastIndex((each) => each.segment_id === segment.segment_id);
  const before = segments[known];
  if (before && !isNewer(segment, before)) return segments;
  if (before && inOrder(before, segment) === 0) return segments.with(known, segment);
  const others = before ? segments.toSpliced(known, 1) : segments;
  const after = others.findLastIndex((each) => inOrder(each, segment) < 0);
  return others.toSpliced(after + 1, 0, segment);
}

/** A final stands above every partial: words that were once certain never become uncertain again. */
function isNewer(segment: Segment, before: Segment): boolean {
  return segment.is_final === before.is_final ? segment.revision > before.revision : segment.is_final;
}

function inOrder(one: Segment, other: Segment): number {
  if (one.start_time !== other.start_time) return one.start_time - other.start_time;
  if (one.segment_id === other.segment_id) return 0;
  return one.segment_id < other.segment_id ? -1 : 1;
}
