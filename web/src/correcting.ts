// Corrects segments: shown at once, kept by the server, and given back to their author when it refuses.

import { useCallback, useEffect, useMemo, useReducer } from "react";
import { type Api, post, type Segment } from "./api";
import { type Correction, type Corrections, correct, noCorrections, type Revision } from "./corrections";
import { useApi } from "./hooks";
import { asProblem } from "./problem";

export interface Correcting {
  corrections: Corrections;
  open: (segment: Segment) => void;
  write: (segmentId: string, written: Wanted) => void;
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

/** `version` is the one of the transcript that is shown. */
export function useCorrecting(sessionId: string, version: string | null): Correcting {
  const api = useApi();
  const [corrections, dispatch] = useReducer(correct, noCorrections);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was corrected belongs to one version
  useEffect(() => dispatch({ kind: "other version" }), [version]);
  const save = useCallback(
    async (segment: Segment, base: Base, wanted: Wanted) => {
      const change = differing(base, wanted);
      if (!change) return dispatch({ kind: "closed", segmentId: segment.segment_id });
      dispatch({ kind: "sent", segment, ...wanted });
      dispatch(await saved(api, sessionId, segment, base.revision, wanted, change));
    },
    [api, sessionId],
  );
  const restore = useCallback(
    async (segment: Segment, revision: number) => dispatch(await restored(api, sessionId, segment, revision)),
    [api, sessionId],
  );
  const open = useCallback((segment: Segment) => dispatch({ kind: "opened", segment }), []);
  const write = useCallback(
    (segmentId: string, written: Wanted) => dispatch({ kind: "written", segmentId, ...written }),
    [],
  );
  const close = useCallback((segmentId: string) => dispatch({ kind: "closed", segmentId }), []);
  return useMemo(
    () => ({ corrections, open, write, close, save, restore }),
    [corrections, open, write, close, save, restore],
  );
}

async function saved(
  api: Api,
  sessionId: string,
  segment: Segment,
  revision: number,
  wanted: Wanted,
  change: Partial<Wanted>,
): Promise<Correction> {
  const { segment_id: segmentId } = segment;
  try {
    const body = { ...change, revision };
    const request = { ...post(body), method: "PATCH" };
    const stored = await api.request<Segment>(pathOf(sessionId, segmentId), request);
    return { kind: "stored", segment: stored, before: revision };
  } catch (thrown) {
    const problem = asProblem(thrown);
    const conflict = CONFLICTS.has(problem.status) ? await newest(api, sessionId, segmentId) : null;
    const draft = { ...wanted, segment, conflict, problem: conflict ? null : problem };
    return { kind: "refused", segmentId, draft };
  }
}

async function restored(
  api: Api,
  sessionId: string,
  segment: Segment,
  revision: number,
): Promise<Correction> {
  const { segment_id: segmentId, text, speaker } = segment;
  try {
    const path = `${pathOf(sessionId, segmentId)}/restore`;
    return { kind: "undone", segment: await api.request<Segment>(path, post({ revision })) };
  } catch (thrown) {
    const draft = { text, speaker, segment, conflict: null, problem: asProblem(thrown) };
    return { kind: "refused", segmentId, draft };
  }
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
