// A task of a session that was begun in this browser, followed to its end.

import { useCallback, useEffect, useState } from "react";
import { useApi } from "./hooks";
import { asProblem, type Problem } from "./problem";
import { forgetTask, type Kind, rememberedTask, rememberTask } from "./remembered";
import { followTask, type Section, type Task, taskSource } from "./tasks";

export interface FollowedTask {
  /** As it is now, and after its end as it ended; null when there is none. */
  task: Task | null;
  /** What is ready of what it makes, by name. */
  sections: ReadonlyMap<string, unknown[]>;
  problem: Problem | null;
  begin: (taskId: string) => void;
}

const none: ReadonlyMap<string, unknown[]> = new Map();

/** `ended` must keep its identity for as long as it does the same. */
export function useTask(kind: Kind, sessionId: string, ended: (task: Task) => void): FollowedTask {
  const api = useApi();
  const [id, setId] = useState(() => rememberedTask(kind, sessionId));
  const [task, setTask] = useState<Task | null>(null);
  const [sections, setSections] = useState(none);
  const [problem, setProblem] = useState<Problem | null>(null);
  const begin = useCallback(
    (taskId: string) => {
      rememberTask(kind, sessionId, taskId);
      setTask(null);
      setId(taskId);
    },
    [kind, sessionId],
  );
  useEffect(() => {
    if (id === null) return;
    const controller = new AbortController();
    setSections(none);
    setProblem(null);
    const section = ({ name, items }: Section) => setSections((before) => new Map(before).set(name, items));
    followTask(taskSource(api), id, { task: setTask, section }, controller.signal).then(
      (last) => {
        if (!last) return;
        forgetTask(kind, sessionId);
        ended(last);
      },
      (thrown: unknown) => {
        const failure = asProblem(thrown);
        // Removed long ago, or somebody else's who uses this browser.
        if (failure.status === 404) forgetTask(kind, sessionId);
        else setProblem(failure);
      },
    );
    return () => controller.abort();
  }, [api, kind, sessionId, id, ended]);
  return { task, sections, problem, begin };
}
