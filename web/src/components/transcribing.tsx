// A recording on its way to a transcript: how far it is, or why it did not become one.

import { useCallback } from "react";
import type { Session } from "../api";
import type { FollowedTask } from "../followed-task";
import { useAction, useApi } from "../hooks";
import { retranscribe } from "../recordings";
import { showingOf, type Task } from "../tasks";
import { text } from "../text";
import { Hint, ProblemNotice } from "./notice";
import { QuietProgress, TaskProgress } from "./task-progress";

interface Props {
  session: Session;
  followed: FollowedTask;
  begun: (taskId: string) => void;
}

export function Transcribing({ session, followed: { known, task, problem }, begun }: Props) {
  if (problem) return <ProblemNotice problem={problem} />;
  if (task) return <Shown session={session} task={task} begun={begun} />;
  if (!known) return null;
  if (session.status === "processing") return <Hint>{text.task.elsewhere}</Hint>;
  if (session.status === "failed") {
    return <Ended session={session} said={text.task.failed} begun={begun} isFailure />;
  }
  return null;
}

function Shown({ session, task, begun }: { session: Session; task: Task; begun: (taskId: string) => void }) {
  switch (showingOf(task, session.status)) {
    case "progress":
      return <TaskProgress task={task} />;
    case "quiet progress":
      return <QuietProgress task={task} />;
    case "failure":
      return <Ended session={session} said={`${text.task.failed} ${task.error}`} begun={begun} isFailure />;
    case "quiet failure":
      return (
        <p className="quiet-task" data-testid="quiet-failure">
          {text.task.quietly[task.kind]?.failed} {task.error}
        </p>
      );
    case "stopped":
      return <Ended session={session} said={text.task.cancelled} begun={begun} />;
    case null:
      return null;
  }
}

interface EndedProps {
  session: Session;
  said: string;
  begun: (taskId: string) => void;
  isFailure?: boolean;
}

function Ended({ session, said, begun, isFailure = false }: EndedProps) {
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(
      async () => begun(await retranscribe(api, session.id, { language: "", channelsAsSpeakers: false })),
      [api, session.id, begun],
    ),
  );
  return (
    <div
      className={isFailure ? "notice notice-problem" : "notice"}
      role={isFailure ? "alert" : "status"}
      data-testid="task-ended"
    >
      <p>{said}</p>
      {session.role === "owner" && (
        <button type="button" className="button" onClick={run} disabled={busy}>
          {text.versions.again}
        </button>
      )}
      {problem && <ProblemNotice problem={problem} />}
    </div>
  );
}
