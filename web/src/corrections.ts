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
  /** What it is made from, which may be otherwise by now or gone. */
  segment: Segment;
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
  | { kind: "written"; segmentId: string; text: string; speaker: string }
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
    case "written":
      return { ...corrections, drafts: withWritten(drafts, correction) };
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

/** What has words, and whatever somebody corrects at the moment, also where recognition has taken it back. */
export function readable(
  segments: readonly Segment[],
  drafts: ReadonlyMap<string, Draft>,
): readonly Segment[] {
  const shown = segments.filter((each) => drafts.has(each.segment_id) || each.text.trim());
  if (drafts.size === 0) return shown;
  const there = new Set(shown.map((each) => each.segment_id));
  const gone = [...drafts.values()].map((each) => each.segment).filter((each) => !there.has(each.segment_id));
  return gone.length ? [...shown, ...gone].sort((one, other) => one.start_time - other.start_time) : shown;
}

/** What somebody has written in an editor that is open already stays. */
function withDraft(drafts: ReadonlyMap<string, Draft>, segment: Segment): ReadonlyMap<string, Draft> {
  const { segment_id, text, speaker } = segment;
  if (drafts.has(segment_id)) return drafts;
  return new Map(drafts).set(segment_id, { text, speaker, segment, conflict: null, problem: null });
}

function withWritten(
  drafts: ReadonlyMap<string, Draft>,
  { segmentId, text, speaker }: { segmentId: string; text: string; speaker: string },
): ReadonlyMap<string, Draft> {
  const draft = drafts.get(segmentId);
  return draft ? new Map(drafts).set(segmentId, { ...draft, text, speaker }) : drafts;
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
