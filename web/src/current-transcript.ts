// The transcript as it counts now: captions while they are its current version, else the version that was chosen.

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Segment } from "./api";
import { finals, keptWhereSame } from "./captions";
import type { Shown } from "./correcting";
import { type Followed, useApi, usePolled } from "./hooks";
import type { Problem } from "./problem";
import { currentSegments, type Version, versionsOf } from "./recordings";

const VERSIONS_MS = 10_000;
const SEGMENTS_MS = 20_000;
const MEETING: ReadonlySet<string> = new Set(["recording", "paused"]);

export interface CurrentTranscript {
  /** Null while they are not known. */
  segments: readonly Segment[] | null;
  versions: readonly Version[];
  /** Which of them it is; null while nothing is stored. */
  version: string | null;
  /** Whether these are the segments that corrections reach. */
  correctable: boolean;
  problem: Problem | null;
  reload: () => void;
}

export function useCurrentTranscript(
  sessionId: string,
  status: string,
  followed: Followed,
): CurrentTranscript {
  const listed = useVersions(sessionId, status);
  const current = listed.versions.find((each) => each.is_current) ?? null;
  const isLive = current === null || current.source === "live";
  const version = isLive || MEETING.has(status) ? null : current.id;
  const stored = useStored(sessionId, version);
  const { captions, problem, restart } = followed;
  const live = useMemo(() => finals(captions.segments), [captions.segments]);
  const known = version ? stored.segments : captions.loaded ? live : null;
  useChanged(listed.loaded ? listed.versions.map((each) => each.id).join() : null, restart);
  const reload = useCallback(() => {
    listed.reload();
    stored.reload();
    restart();
  }, [listed.reload, stored.reload, restart]);
  return {
    segments: listed.isOfNow || listed.problem ? known : null,
    versions: listed.versions,
    version: current?.id ?? null,
    correctable: version !== null || (current !== null && isLive),
    problem: version ? stored.problem : problem,
    reload,
  };
}

/** The last that was known, until there is something newer: what is being read and written does not go away. */
export function useShown({ segments, version }: CurrentTranscript): Shown | null {
  const [shown, setShown] = useState<Shown | null>(null);
  const isNew = segments !== null && (shown?.segments !== segments || shown.version !== version);
  if (isNew) setShown({ segments, version });
  return isNew ? { segments, version } : shown;
}

interface Listed {
  loaded: boolean;
  /** Whether they were read since the session has been in this state, which may have brought one. */
  isOfNow: boolean;
  versions: readonly Version[];
  problem: Problem | null;
  reload: () => void;
}

const none: readonly Version[] = [];

function useVersions(sessionId: string, status: string): Listed {
  const api = useApi();
  const { value, problem, reload } = usePolled(
    useCallback(
      async (signal: AbortSignal) => ({ status, versions: await versionsOf(api, sessionId, signal) }),
      [api, sessionId, status],
    ),
    VERSIONS_MS,
  );
  const isOfNow = value?.status === status;
  return { loaded: value !== null, isOfNow, versions: value?.versions ?? none, problem, reload };
}

/** A second pass, whoever asked for it, corrects captions in place and leaves a version of what they were. */
function useChanged(versions: string | null, changed: () => void): void {
  const before = useRef<string | null>(null);
  useEffect(() => {
    const known = before.current;
    before.current = versions ?? known;
    if (known !== null && versions !== null && versions !== known) changed();
  }, [versions, changed]);
}

interface Stored {
  segments: readonly Segment[] | null;
  problem: Problem | null;
  reload: () => void;
}

/** Objects stay the same while nothing about them changes, so that little is drawn again. */
function useStored(sessionId: string, version: string | null): Stored {
  const api = useApi();
  const before = useRef<readonly Segment[]>([]);
  const loaded = usePolled(
    useCallback(
      async (signal: AbortSignal) => {
        if (version === null) return null;
        const segments = keptWhereSame(before.current, await currentSegments(api, sessionId, signal));
        before.current = segments;
        return { version, segments };
      },
      [api, sessionId, version],
    ),
    SEGMENTS_MS,
  );
  const segments = loaded.value?.version === version ? (loaded.value?.segments ?? null) : null;
  return { segments, problem: loaded.problem, reload: loaded.reload };
}
