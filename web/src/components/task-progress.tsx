// A task while it runs: what it does now, how far it is, and a way to end it.

import { useCallback } from "react";
import { useAction, useApi } from "../hooks";
import { cancelTask, type Task } from "../tasks";
import { text } from "../text";
import { ProblemNotice } from "./notice";
import { ProgressBar } from "./progress-bar";

export function TaskProgress({ task }: { task: Task }) {
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(() => cancelTask(api, task.task_id), [api, task.task_id]),
  );
  const { step, percentage, description } = task.progress;
  return (
    <div className="task" data-testid="task" data-status={task.status}>
      <ProgressBar label={text.steps[step] ?? description} share={percentage / 100} />
      <button type="button" className="button" onClick={run} disabled={busy}>
        {text.task.cancel}
      </button>
      {problem && <ProblemNotice problem={problem} />}
    </div>
  );
}
