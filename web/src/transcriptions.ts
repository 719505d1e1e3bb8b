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
  const some = sessions.some(isProcessing);
  const { value } = usePolled(
    useCallback(
      async (signal: AbortSignal) =>
        some ? await tasksOf(api, { kinds: ["transcribe"], ready: false, most: MOST }, signal) : null,
      [api, some],
    ),
    some ? RUNNING_MS : IDLE_MS,
  );
  const newest = useRef(sessions);
  useEffect(() => {
    newest.current = sessions;
  }, [sessions]);
  const before = useRef<readonly Task[]>([]);
  const idleBefore = useRef("");
  useEffect(() => {
    if (!value) {
      before.current = [];
      idleBefore.current = "";
      return;
    }
    const running = new Set(value.map((each) => each.task_id));
    const transcribed = new Set(value.map((each) => each.session_id));
    // Work may end between the reading of a meeting and that of its task; then neither tells of the end.
    const idle = newest.current.filter(
      (each) => isProcessing(each) && each.role === "owner" && !transcribed.has(each.id),
    );
    const ids = idle.map((each) => each.id).join();
    const isOver = before.current.some((each) => !running.has(each.task_id));
    if (isOver || (ids && ids !== idleBefore.current)) changed();
    before.current = value;
    idleBefore.current = ids;
  }, [value, changed]);
  return useMemo(() => new Map(value?.map((each) => [each.session_id, each])), [value]);
}

function isProcessing({ status }: Session): boolean {
  return status === "processing";
}
