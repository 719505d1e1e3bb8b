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
  const processing = sessions.filter((each) => each.status === "processing");
  const some = processing.length > 0;
  const { value } = usePolled(
    useCallback(
      async (signal: AbortSignal) =>
        some ? await tasksOf(api, { kinds: ["transcribe"], ready: false, most: MOST }, signal) : null,
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
  const transcribed = useMemo(() => new Map(value?.map((each) => [each.session_id, each])), [value]);
  // Work may end between the reading of the meetings and that of their tasks; then neither tells of the end.
  const idle = processing.filter((each) => each.role === "owner" && !transcribed.has(each.id));
  const ended = value ? idle.map((each) => each.id).join() : "";
  useEffect(() => {
    if (ended) changed();
  }, [ended, changed]);
  return transcribed;
}
