// The transcriptions that run, for the list of meetings.

import { useCallback, useEffect, useMemo, useRef } from "react";
import type { Session } from "./api";
import { useApi, usePolled } from "./hooks";
import { type Task, tasksOf } from "./tasks";

const RUNNING_MS = 2_000;
const IDLE_MS = 60_000;
const MOST = 100;

/** By session. Asked for rather than streamed: browsers keep only six streams open, and there may be many rows. */
export function useTranscriptions(
  sessions: readonly Session[],
  changed: () => void,
): ReadonlyMap<string, Task> {
  const api = useApi();
  const some = sessions.some((each) => each.status === "processing");
  const { value } = usePolled(
    useCallback(
      async (signal: AbortSignal) =>
        some ? await tasksOf(api, { kinds: ["transcribe"], ready: false, most: MOST }, signal) : [],
      [api, some],
    ),
    some ? RUNNING_MS : IDLE_MS,
  );
  const before = useRef<readonly Task[]>([]);
  useEffect(() => {
    if (!value) return;
    const running = new Set(value.map((each) => each.task_id));
    if (before.current.some((each) => !running.has(each.task_id))) changed();
    before.current = value;
  }, [value, changed]);
  return useMemo(() => new Map(value?.map((each) => [each.session_id, each])), [value]);
}
