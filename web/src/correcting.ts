// Corrects segments: shown at once, kept by the server, and given back to their author when it refuses.

import { useCallback, useEffect, useMemo, useRef } from "react";
import { useAccount } from "./account";
import { type Api, post, type Segment } from "./api";
import type { Correction, Corrections, Draft, Revision, Theirs, Wanted } from "./corrections";
import { useApi } from "./hooks";
import { asProblem } from "./problem";
import { useKept } from "./unsaved";

export interface Correcting {
  corrections: Corrections;
  open: (segment: Segment) => void;
  write: (segmentId: string, typed: Partial<Wanted>) => void;
  close: (segmentId: string) => void;
  /** Gives up what has no place in the transcript any more. */
  discard: (draft: Draft) => void;
  save: (draft: Draft) => void;
  restore: (segment: Segment, version: string | null, revision: number) => void;
}

/** A transcript as it is shown. */
export interface Shown {
  version: string | null;
  segments: readonly Segment[];
}

const CONFLICTS: ReadonlySet<number> = new Set([409, 412]);
const ANOTHER_VERSION = "transcript-changed";

/** `changed` is told where the server's transcript is another one than that which is shown. */
export function useCorrecting(sessionId: string, shown: Shown | null, changed: () => void): Correcting {
  const api = useApi();
  const { account } = useAccount();
  const [corrections, tell] = useKept({ userId: account?.user.id ?? "", sessionId });
  const newest = useRef(shown);
  useEffect(() => {
    newest.current = shown;
    if (shown) tell({ kind: "listed", ...shown });
  }, [shown, tell]);
  const save = useCallback(
    async (draft: Draft) => {
      const base = draft.conflict ?? draft.origin;
      const wanted = wantedIn(draft, base);
      const change = differing(base, wanted);
      if (!change) return tell({ kind: "closed", segmentId: draft.origin.segment_id });
      tell({ kind: "sent", draft, wanted });
      const answer = await saved(api, sessionId, draft, wanted, change);
      tell(answer);
      if (answer.kind !== "refused") return;
      if (newest.current) tell({ kind: "listed", ...newest.current });
      if (!answer.draft.problem?.retryable) changed();
    },
    [api, sessionId, tell, changed],
  );
  const restore = useCallback(
    async (segment: Segment, version: string | null, revision: number) =>
      tell(await restored(api, sessionId, segment, version, revision)),
    [api, sessionId, tell],
  );
  const simple = useMemo(
    () => ({
      open: (segment: Segment) => tell({ kind: "opened", segment }),
      write: (segmentId: string, typed: Partial<Wanted>) => tell({ kind: "typed", segmentId, typed }),
      close: (segmentId: string) => tell({ kind: "closed", segmentId }),
      discard: (draft: Draft) => tell({ kind: "discarded", draft }),
    }),
    [tell],
  );
  return useMemo(() => ({ corrections, ...simple, save, restore }), [corrections, simple, save, restore]);
}

async function saved(
  api: Api,
  sessionId: string,
  draft: Draft,
  wanted: Wanted,
  change: Partial<Wanted>,
): Promise<Correction> {
  const { origin, version, revision: before } = draft;
  try {
    const body = { ...change, revision: before, ...(version && { transcription_id: version }) };
    const request = { ...post(body), method: "PATCH" };
    const segment = await api.request<Segment>(pathOf(sessionId, origin.segment_id), request);
    return { kind: "stored", segment, version, before };
  } catch (thrown) {
    const problem = asProblem(thrown);
    const isOfThis = CONFLICTS.has(problem.status) && problem.code !== ANOTHER_VERSION;
    const stands = isOfThis ? await theirs(api, sessionId, origin.segment_id) : null;
    if (!stands) return { kind: "refused", draft: { ...draft, problem } };
    const { text, speaker, revision } = stands;
    if (!differing(stands, wanted)) {
      // It arrived after all, and only the answer was lost.
      return { kind: "stored", segment: { ...origin, text, speaker, revision }, version, before };
    }
    return { kind: "refused", draft: { ...draft, revision, conflict: stands, problem: null } };
  }
}

async function restored(
  api: Api,
  sessionId: string,
  segment: Segment,
  version: string | null,
  revision: number,
): Promise<Correction> {
  try {
    const path = `${pathOf(sessionId, segment.segment_id)}/restore`;
    const body = { revision, ...(version && { transcription_id: version }) };
    return { kind: "undone", segment: await api.request<Segment>(path, post(body)), version };
  } catch (thrown) {
    return { kind: "not restored", segment, problem: asProblem(thrown) };
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
async function theirs(api: Api, sessionId: string, segmentId: string): Promise<Theirs | null> {
  try {
    return (await historyOf(api, sessionId, segmentId))[0] ?? null;
  } catch {
    return null; // the refusal itself is shown then
  }
}

/** A speaker without a name, or whom the author has not changed, is who it is now. */
function wantedIn({ text, speaker, origin }: Draft, base: Wanted): Wanted {
  const given = speaker.trim();
  return { text: text.trim(), speaker: given && given !== origin.speaker ? given : base.speaker };
}

function differing(base: Wanted, { text, speaker }: Wanted): Partial<Wanted> | null {
  const change = {
    ...(text !== base.text && { text }),
    ...(speaker !== base.speaker && { speaker }),
  };
  return Object.keys(change).length ? change : null;
}

function pathOf(sessionId: string, segmentId: string): string {
  return `/sessions/${encodeURIComponent(sessionId)}/transcript/segments/${encodeURIComponent(segmentId)}`;
}
