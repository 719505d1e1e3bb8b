// Corrects segments: shown at once, kept by the server, and given back to their author when it refuses.

import { useCallback, useMemo, useReducer } from "react";
import { type Api, post, type Segment } from "./api";
import { type Corrections, correct, noCorrections, type Revision } from "./corrections";
import { useApi } from "./hooks";
import { asProblem } from "./problem";

export interface Correcting {
  corrections: Corrections;
  open: (segment: Segment) => void;
  close: (segmentId: string) => void;
  /** `base` is what the words were made from. */
  save: (segment: Segment, base: Base, wanted: Wanted) => void;
  restore: (segment: Segment, revision: number) => void;
}

interface Wanted {
  text: string;
  speaker: string;
}

interface Base extends Wanted {
  revision: number;
}

const CONFLICTS: ReadonlySet<number> = new Set([409, 412]);

export function useCorrecting(sessionId: string): Correcting {
  const api = useApi();
  const [corrections, dispatch] = useReducer(correct, noCorrections);
  const save = useCallback(
    async (segment: Segment, base: Base, wanted: Wanted) => {
      const { segment_id: segmentId } = segment;
      const { revision } = base;
      const change = differing(base, wanted);
      if (!change) return dispatch({ kind: "closed", segmentId });
      dispatch({ kind: "sent", segment, ...wanted });
      try {
        const stored = await changeSegment(api, sessionId, segmentId, { ...change, revision });
        dispatch({ kind: "stored", segment: stored, before: revision });
      } catch (thrown) {
        const problem = asProblem(thrown);
        const theirs = CONFLICTS.has(problem.status) ? await newest(api, sessionId, segmentId) : null;
        const draft = {
          ...wanted,
          revision: theirs?.revision ?? revision,
          conflict: theirs,
          problem: theirs ? null : problem,
        };
        dispatch({ kind: "refused", segmentId, draft });
      }
    },
    [api, sessionId],
  );
  const restore = useCallback(
    async (segment: Segment, revision: number) => {
      const { segment_id: segmentId, text, speaker } = segment;
      try {
        const stored = await restoreSegment(api, sessionId, segmentId, revision);
        dispatch({ kind: "closed", segmentId });
        dispatch({ kind: "undone", segment: stored });
      } catch (thrown) {
        const draft = {
          text,
          speaker,
          revision: segment.revision,
          conflict: null,
          problem: asProblem(thrown),
        };
        dispatch({ kind: "refused", segmentId, draft });
      }
    },
    [api, sessionId],
  );
  const open = useCallback((segment: Segment) => dispatch({ kind: "opened", segment }), []);
  const close = useCallback((segmentId: string) => dispatch({ kind: "closed", segmentId }), []);
  return useMemo(
    () => ({ corrections, open, close, save, restore }),
    [corrections, open, close, save, restore],
  );
}

/** Newest first. */
export async function historyOf(
  api: Api,
  sessionId: string,
  segmentId: string,
  signal?: AbortSignal,
): Promise<Revision[]> {
  const path = `${pathOf(sessionId, segmentId)}/history`;
  return (await api.request<{ revisions: Revision[] }>(path, signal ? { signal } : {})).revisions;
}

/** What has become of a segment; null when even that cannot be told now. */
async function newest(api: Api, sessionId: string, segmentId: string): Promise<Revision | null> {
  try {
    return (await historyOf(api, sessionId, segmentId))[0] ?? null;
  } catch {
    return null; // the refusal itself is shown then
  }
}

function changeSegment(api: Api, sessionId: string, segmentId: string, change: object): Promise<Segment> {
  return api.request(pathOf(sessionId, segmentId), { ...post(change), method: "PATCH" });
}

function restoreSegment(api: Api, sessionId: string, segmentId: string, revision: number): Promise<Segment> {
  return api.request(`${pathOf(sessionId, segmentId)}/restore`, post({ revision }));
}

function differing(base: Base, { text, speaker }: Wanted): Partial<Wanted> | null {
  const change = {
    ...(text !== base.text && { text }),
    ...(speaker !== base.speaker && { speaker }),
  };
  return Object.keys(change).length ? change : null;
}

function pathOf(sessionId: string, segmentId: string): string {
  return `/sessions/${encodeURIComponent(sessionId)}/transcript/segments/${encodeURIComponent(segmentId)}`;
}
