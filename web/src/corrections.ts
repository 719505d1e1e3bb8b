// What people correct in a transcript: drafts, what is shown until the server has it, and what stood before. Pure.

import type { Segment } from "./api";
import { settled } from "./drafts";
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

export interface Wanted {
  text: string;
  speaker: string;
}

/** What has become of a segment while somebody wrote something else of it. */
export interface Theirs extends Wanted {
  revision: number;
  made_by_name: string | null;
}

export interface Draft extends Wanted {
  /** The segment that it is made from, and the version of the transcript that has it. */
  origin: Segment;
  version: string | null;
  /** The revision that it is made from. */
  revision: number;
  conflict: Theirs | null;
  problem: Problem | null;
}

/** Stands in the place of the segment until a listed one has at least this revision. */
interface Standing {
  segment: Segment;
  version: string | null;
  /** Endless while the server has not confirmed it. */
  until: number;
}

interface Undoable {
  segment: Segment;
  version: string | null;
  revision: number;
}

export interface Corrections {
  /** The version of the transcript that is shown. */
  readonly version: string | null;
  readonly drafts: ReadonlyMap<string, Draft>;
  /** Those whose segment is gone, and nothing stands where it was. */
  readonly homeless: readonly Draft[];
  readonly standing: ReadonlyMap<string, Standing>;
  /** The last change that can be undone: by making the segment again what it was. */
  readonly undoable: Undoable | null;
}

export type Correction =
  | { kind: "opened"; segment: Segment }
  | { kind: "typed"; segmentId: string; typed: Partial<Wanted> }
  | { kind: "closed"; segmentId: string }
  | { kind: "discarded"; draft: Draft }
  | { kind: "sent"; draft: Draft; wanted: Wanted }
  | { kind: "stored"; segment: Segment; version: string | null; before: number }
  | { kind: "undone"; segment: Segment; version: string | null }
  | { kind: "refused"; draft: Draft }
  | { kind: "not restored"; segment: Segment; problem: Problem }
  | { kind: "listed"; version: string | null; segments: readonly Segment[] };

export const noCorrections: Corrections = {
  version: null,
  drafts: new Map(),
  homeless: [],
  standing: new Map(),
  undoable: null,
};

export function correct(corrections: Corrections, correction: Correction): Corrections {
  const { version, drafts } = corrections;
  switch (correction.kind) {
    case "opened":
      return opened(corrections, correction.segment);
    case "typed": {
      const draft = drafts.get(correction.segmentId);
      return draft ? withDraft(corrections, { ...draft, ...correction.typed }) : corrections;
    }
    case "closed":
      return { ...corrections, drafts: without(drafts, correction.segmentId) };
    case "discarded":
      return { ...corrections, homeless: corrections.homeless.filter((each) => each !== correction.draft) };
    case "sent":
      return sent(corrections, correction.draft, correction.wanted);
    case "stored": {
      const { before, ...change } = correction;
      const undoable = change.version === version ? { ...change, revision: before } : null;
      return { ...corrections, standing: withStored(corrections, change), undoable };
    }
    case "undone": {
      const left = without(drafts, correction.segment.segment_id);
      return { ...corrections, drafts: left, standing: withStored(corrections, correction), undoable: null };
    }
    case "refused":
      return refused(corrections, correction.draft);
    case "not restored": {
      const { segment, problem } = correction;
      const draft = drafts.get(segment.segment_id) ?? draftOf(segment, version);
      return withDraft(corrections, { ...draft, problem });
    }
    case "listed":
      return listed(corrections, correction);
  }
}

/** The transcript with what people have corrected here and the listed one does not have yet. */
export function corrected(
  segments: readonly Segment[],
  version: string | null,
  standing: Corrections["standing"],
): readonly Segment[] {
  if (standing.size === 0) return segments;
  return segments.map((each) => {
    const instead = standing.get(each.segment_id);
    return instead && instead.version === version && each.revision < instead.until ? instead.segment : each;
  });
}

/** The segments that are shown as the server does not have them yet. */
export function unconfirmed(standing: Corrections["standing"]): ReadonlySet<string> {
  return new Set([...standing].filter(([, each]) => isUnconfirmed(each)).map(([id]) => id));
}

/** Whether something would be lost with this. */
export function isUnsaved({ drafts, homeless, standing }: Corrections): boolean {
  return (
    homeless.length > 0 || [...drafts.values()].some(hasWords) || [...standing.values()].some(isUnconfirmed)
  );
}

function draftOf(origin: Segment, version: string | null): Draft {
  const { text, speaker, revision } = origin;
  return { origin, version, text, speaker, revision, conflict: null, problem: null };
}

/** Whether somebody has written anything that its segment does not say. */
function hasWords({ text, speaker, origin }: Draft): boolean {
  return text !== origin.text || speaker !== origin.speaker;
}

function isUnconfirmed(standing: Standing | undefined): boolean {
  return standing?.until === Number.POSITIVE_INFINITY;
}

/** What is there already stays as it is: an editor with words in it, and what is on its way. */
function opened(corrections: Corrections, segment: Segment): Corrections {
  const { drafts, standing, version } = corrections;
  const { segment_id: id } = segment;
  if (drafts.has(id) || isUnconfirmed(standing.get(id))) return corrections;
  return withDraft(corrections, draftOf(segment, version));
}

function sent(corrections: Corrections, { origin, version }: Draft, wanted: Wanted): Corrections {
  const { segment_id: id } = origin;
  const shown = { segment: { ...origin, ...wanted }, version, until: Number.POSITIVE_INFINITY };
  return {
    ...corrections,
    drafts: without(corrections.drafts, id),
    standing: new Map(corrections.standing).set(id, shown),
  };
}

function withDraft(corrections: Corrections, draft: Draft): Corrections {
  return { ...corrections, drafts: new Map(corrections.drafts).set(draft.origin.segment_id, draft) };
}

/** Given back to its author; for a version that has gone meanwhile, the next list finds it a place. */
function refused(corrections: Corrections, draft: Draft): Corrections {
  const { segment_id: id } = draft.origin;
  const back = { ...corrections, standing: without(corrections.standing, id) };
  const isFree = draft.version === corrections.version && !corrections.drafts.has(id);
  return isFree ? withDraft(back, draft) : { ...back, homeless: [...back.homeless, draft] };
}

function listed(
  corrections: Corrections,
  { version, segments }: Extract<Correction, { kind: "listed" }>,
): Corrections {
  const same = version === corrections.version;
  const { drafts, homeless } = settled(corrections, version, segments);
  if (same && drafts === corrections.drafts && homeless === corrections.homeless) return corrections;
  return {
    version,
    drafts,
    homeless,
    standing: same
      ? corrections.standing
      : new Map([...corrections.standing].filter(([, each]) => isUnconfirmed(each))),
    undoable: same ? corrections.undoable : null,
  };
}

/** What was stored in another version than the one that is shown is shown with that one. */
function withStored(
  { version, standing }: Corrections,
  stored: { segment: Segment; version: string | null },
): ReadonlyMap<string, Standing> {
  const { segment } = stored;
  if (stored.version !== version) return without(standing, segment.segment_id);
  const until = segment.revision;
  return new Map(standing).set(segment.segment_id, { segment, version, until });
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const others = new Map(map);
  others.delete(key);
  return others;
}
