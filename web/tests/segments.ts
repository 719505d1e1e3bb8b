// What the tests are about, in short.

import type { Segment } from "../src/api";

export function segment(id: string, text: string, given: Partial<Segment> = {}): Segment {
  return {
    segment_id: id,
    revision: 1,
    speaker: "Ann",
    participant_identity: "intrascribe_user_ann_1",
    start_time: 0,
    end_time: 1,
    text,
    language: null,
    is_final: true,
    ...given,
  };
}

export function partial(id: string, text: string, given: Partial<Segment> = {}): Segment {
  return segment(id, text, { is_final: false, ...given });
}
