// What people correct in a transcript: drafts, what is shown until the server has it, and what stood before. Pure.

import type { Segment } from "./api";
import type { Problem } from "./problem";

/** One thing that a segment has been, or is. */
export interface Revision {
  revision: number;
  speaker: string;
  text: string;
  made_by_name: string | null;
  made_at: string;
  is_current: boolean;
}

export interface Draft {
  text: string;
  speaker: string;
  /** The revision that it is made from. */
  revision: number;
  /** What somebody else has made of the segment meanwhile. */
  conflict: Revision | null;
  problem: Problem | null;
}

/** Stands in the place of the segment until a listed one has at least this revision. */
interface Standing {
  segment: Segment;
  until: number;
}

export interface Corrections {
  readonly drafts: ReadonlyMap<string, Draft>;
  readonly standing: ReadonlyMap<string, Standing>;
  /** The last change that can be undone: by making the segment again what it was. */
  readonly undoable: { segment: Segment; revision: number } | null;
}

export type Correction =
  | { kind: "opened"; segment: Segment }
  | { kind: "closed"; segmentId: string }
  | { kind: "sent"; segment: Segment; text: string; speaker: string }
  | { kind: "stored"; segment: Segment; before: number }
  | { kind: "undone"; segment: Segment }
  | { kind: "refused"; segmentId: string; draft: Draft }
  | { kind: "other version" };

export const noCorrections: Corrections = { drafts: new Map(), standing: new Map(), undoable: null };

export function correct(corrections: Corrections, correction: Correction): Corrections {
  const { drafts, standing } = corrections;
  switch (correction.kind) {
    case "opened":
      return { ...corrections, drafts: withDraft(drafts, correction.segment) };
    case "closed":
      return { ...corrections, drafts: without(drafts, correction.segmentId) };
    case "sent": {
      const { segment, text, speaker } = correction;
      const shown = { segment: { ...segment, text, speaker }, until: Number.POSITIVE_INFINITY };
      return {
        ...corrections,
        drafts: without(drafts, segment.segment_id),
        standing: new Map(standing).set(segment.segment_id, shown),
      };
    }
    case "stored": {
      const { segment, before } = correction;
      const undoable = { segment, revision: before };
      return { ...corrections, standing: withStored(standing, segment), undoable };
    }
    case "undone": {
      const { segment } = correction;
      return {
        drafts: without(drafts, segment.segment_id),
        standing: withStored(standing, segment),
        undoable: null,
      };
    }
    case "other version":
      // Its segments may have the same ids and are others all the same.
      return noCorrections;
    case "refused":
      return {
        ...corrections,
        drafts: new Map(drafts).set(correction.segmentId, correction.draft),
        standing: without(standing, correction.segmentId),
      };
  }
}

/** The transcript with what people have corrected here and the listed one does not have yet. */
export function corrected(segments: readonly Segment[], { standing }: Corrections): readonly Segment[] {
  if (standing.size === 0) return segments;
  return segments.map((each) => {
    const instead = standing.get(each.segment_id);
    return instead && each.revision < instead.until ? instead.segment : each;
  });
}

/** The new list, with the very objects of the old one wherever nothing has changed. */
export function keptWhereSame(before: readonly Segment[], after: readonly Segment[]): readonly Segment[] {
  const known = new Map(before.map((each) => [each.segment_id, each]));
  return after.map((each) => {
    const old = known.get(each.segment_id);
    return old && isSame(old, each) ? old : each;
  });
}

function isSame(one: Segment, other: Segment): boolean {
  const names = Object.keys(other) as (keyof Segment)[];
  return names.every((name) => one[name] === other[name]);
}

/** What somebody has written in an editor that is open already stays. */
function withDraft(drafts: ReadonlyMap<string, Draft>, segment: Segment): ReadonlyMap<string, Draft> {
  const { segment_id, text, speaker, revision } = segment;
  if (drafts.has(segment_id)) return drafts;
  return new Map(drafts).set(segment_id, { text, speaker, revision, conflict: null, problem: null });
}

function withStored(standing: ReadonlyMap<string, Standing>, segment: Segment): Map<string, Standing> {
  return new Map(standing).set(segment.segment_id, { segment, until: segment.revision });
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const others = new Map(map);
  others.delete(key);
  return others;
}
