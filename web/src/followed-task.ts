// The task of a session that counts now, followed to its end wherever it was begun.

import { useCallback, useEffect, useRef, useState } from "react";
import { type Loaded, useApi, usePolled } from "./hooks";
import { asProblem, type Problem } from "./problem";
import { countingOf, followTask, type Section, type Task, type TaskKind, taskSource, tasksOf } from "./tasks";

const LOOK_MS = 10_000;
const MOST = 20;
const OF_A_SESSION: readonly TaskKind[] = ["transcribe", "join_recording", "second_pass", "summarize"];

export interface FollowedTask {
  /** Whether it is known which task there is, if there is one; of one that has just begun, nothing is. */
  known: boolean;
  /** As it is now, and after its end as it ended; null when there is none. */
  task: Task | null;
  /** What is ready of what it makes, by name. */
  sections: ReadonlyMap<string, unknown[]>;
  problem: Problem | null;
  begin: (taskId: string) => void;
}

/** One's own tasks that make something of a session, newest first. */
export function useTasks(sessionId: string, status: string): Loaded<Task[]> {
  const api = useApi();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a session that changes its state may begin a task
  const load = useCallback(
    (signal: AbortSignal) => tasksOf(api, { sessionId, kinds: OF_A_SESSION, most: MOST }, signal),
    [api, sessionId, status],
  );
  return usePolled(load, LOOK_MS);
}

/** Of the listed tasks the one of these kinds that counts. `kinds` and `ended` must keep their identity. */
export function useTask(
  { value: listed, problem: unlisted }: Loaded<Task[]>,
  kinds: readonly TaskKind[],
  ended: (task: Task) => void,
): FollowedTask {
  const { id, task, sections, problem, follow } = useFollowing(ended);
  const seen = useRef<string | null | undefined>(undefined);
  const busy = id !== null && !task?.ready && !problem;
  useEffect(() => {
    // What is followed is followed to its end, also while a list does not have it yet.
    if (!listed || busy) return;
    const found = countingOf(listed, kinds);
    const before = seen.current;
    seen.current = found?.task_id ?? null;
    if (!found || found.task_id === id) return;
    if (!found.ready) {
      follow(found.task_id, found);
    } else if (found.task_id !== before) {
      follow(null, found);
      // It has come and gone since the list before.
      if (before !== undefined) ended(found);
    }
  }, [listed, kinds, id, busy, follow, ended]);
  const begin = useCallback((taskId: string) => follow(taskId, null), [follow]);
  const known = id === null ? listed !== null || unlisted !== null : task !== null;
  return { known, task, sections, problem, begin };
}

interface Following {
  id: string | null;
  task: Task | null;
  sections: ReadonlyMap<string, unknown[]>;
  problem: Problem | null;
  /** `task` is what is known of it. */
  follow: (id: string | null, task: Task | null) => void;
}

const none: ReadonlyMap<string, unknown[]> = new Map();

function useFollowing(ended: (task: Task) => void): Following {
  const api = useApi();
  const [id, setId] = useState<string | null>(null);
  const [task, setTask] = useState<Task | null>(null);
  const [sections, setSections] = useState(none);
  const [problem, setProblem] = useState<Problem | null>(null);
  const follow = useCallback((wanted: string | null, known: Task | null) => {
    setId(wanted);
    setTask(known);
    setSections(none);
    setProblem(null);
  }, []);
  useEffect(() => {
    if (id === null) return;
    const controller = new AbortController();
    const section = ({ name, items }: Section) => setSections((before) => new Map(before).set(name, items));
    followTask(taskSource(api), id, { task: setTask, section }, controller.signal).then(
      (last) => last && ended(last),
      (thrown: unknown) => setProblem(asProblem(thrown)),
    );
    return () => controller.abort();
  }, [api, id, ended]);
  return { id, task, sections, problem, follow };
}
