// A task while it runs: what it does now, how far it is, and a way to end it.

import { useCallback } from "react";
import { useAction, useApi } from "../hooks";
import { cancelTask, type Task } from "../tasks";
import { text } from "../text";
import { ProblemNotice } from "./notice";
import { ProgressBar } from "./progress-bar";

export function TaskProgress({ task }: { task: Task }) {
  const { step, percentage, description } = task.progress;
  return (
    <div className="task" data-testid="task" data-status={task.status}>
      <ProgressBar label={text.steps[step] ?? description} share={percentage / 100} />
      <Stop task={task} />
    </div>
  );
}

/** One line about what goes on beside what one reads. */
export function QuietProgress({ task }: { task: Task }) {
  return (
    <div className="quiet-task" data-testid="quiet-task" data-kind={task.kind}>
      <span role="status">{text.task.quietly[task.kind]?.label ?? task.progress.description}</span>
      <span className="progress-percent">{task.progress.percentage} %</span>
      {task.kind === "second_pass" && <Stop task={task} />}
    </div>
  );
}

function Stop({ task: { task_id } }: { task: Task }) {
  const api = useApi();
  const { run, busy, problem } = useAction(useCallback(() => cancelTask(api, task_id), [api, task_id]));
  return (
    <>
      <button type="button" className="button" onClick={run} disabled={busy}>
        {text.task.cancel}
      </button>
      {problem && <ProblemNotice problem={problem} />}
    </>
  );
}
