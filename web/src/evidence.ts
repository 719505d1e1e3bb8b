// Where in a transcript something that is claimed of it was said. Pure.

import type { Segment } from "./api";

export interface Evidence {
  segment_ids: readonly string[];
  /** Seconds from the beginning. */
  start_time: number;
}

/** Where somebody is to be led; to be heard, too, if they asked for it. */
export interface Wanted extends Evidence {
  heard: boolean;
}

export interface Place {
  segmentIds: readonly string[];
  /** Where to play from. */
  start: number;
}

/** The segments themselves, or in another version of the transcript what is said at that time; null if nothing. */
export function placeOf(segments: readonly Segment[], evidence: Evidence): Place | null {
  const wanted = new Set(evidence.segment_ids);
  const named = segments.filter((each) => wanted.has(each.segment_id));
  const [first] = named;
  if (first) return { segmentIds: named.map((each) => each.segment_id), start: first.start_time };
  const then = segments.findLast((each) => each.start_time <= evidence.start_time);
  if (!then || then.end_time < evidence.start_time) return null;
  return { segmentIds: [then.segment_id], start: evidence.start_time };
}
