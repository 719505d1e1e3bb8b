// A task of a session, followed to its end.

import { useCallback, useEffect, useState } from "react";
import { useApi } from "./hooks";
import { asProblem, type Problem } from "./problem";
import { forgetTask, rememberedTask, rememberTask } from "./remembered";
import { followTask, type Section, type Task, taskSource } from "./tasks";

export interface FollowedTask {
  /** Whether one is followed, also before anything is known of it. */
  known: boolean;
  /** As it is now, and after its end as it ended; null when there is none. */
  task: Task | null;
  /** What is ready of what it makes, by name. */
  sections: ReadonlyMap<string, unknown[]>;
  problem: Problem | null;
  begin: (taskId: string) => void;
}

const none: ReadonlyMap<string, unknown[]> = new Map();

/** `ended` must keep its identity for as long as it does the same. */
export function useTask(first: string | null, ended: (task: Task) => void): FollowedTask {
  const api = useApi();
  const [id, setId] = useState(first);
  const [task, setTask] = useState<Task | null>(null);
  const [sections, setSections] = useState(none);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    if (id === null) return;
    const controller = new AbortController();
    setTask(null);
    setSections(none);
    setProblem(null);
    const section = ({ name, items }: Section) => setSections((before) => new Map(before).set(name, items));
    followTask(taskSource(api), id, { task: setTask, section }, controller.signal).then(
      (last) => last && ended(last),
      (thrown: unknown) => {
        const failure = asProblem(thrown);
        // Removed long ago, or somebody else's who uses this browser.
        if (failure.status === 404) setId(null);
        else setProblem(failure);
      },
    );
    return () => controller.abort();
  }, [api, id, ended]);
  return { known: id !== null, task, sections, problem, begin: setId };
}

/** The transcription of a session, found again by who comes back while it runs. */
export function useTranscription(sessionId: string, ended: () => void): FollowedTask {
  const over = useCallback(() => {
    forgetTask(sessionId);
    ended();
  }, [sessionId, ended]);
  const followed = useTask(rememberedTask(sessionId), over);
  const { begin } = followed;
  const remember = useCallback(
    (taskId: string) => {
      rememberTask(sessionId, taskId);
      begin(taskId);
    },
    [sessionId, begin],
  );
  return { ...followed, begin: remember };
}
