// A recording on its way to a transcript: how far it is, or why it did not become one.

import { useCallback } from "react";
import type { Session } from "../api";
import type { FollowedTask } from "../followed-task";
import { useAction, useApi } from "../hooks";
import { retranscribe } from "../recordings";
import { text } from "../text";
import { Hint, ProblemNotice } from "./notice";
import { TaskProgress } from "./task-progress";

interface Props {
  session: Session;
  followed: FollowedTask;
}

export function Transcribing({ session, followed: { known, task, problem, begin } }: Props) {
  if (problem) return <ProblemNotice problem={problem} />;
  if (task && !task.ready) return <TaskProgress task={task} />;
  if (task?.status === "failed" || task?.status === "cancelled") {
    return <Ended session={session} reason={task.error} status={task.status} begun={begin} />;
  }
  if (known) return null;
  if (session.status === "processing") return <Hint>{text.task.elsewhere}</Hint>;
  if (session.status === "failed") {
    return <Ended session={session} reason={null} status="failed" begun={begin} />;
  }
  return null;
}

interface EndedProps {
  session: Session;
  reason: string | null;
  status: "failed" | "cancelled";
  begun: (taskId: string) => void;
}

function Ended({ session, reason, status, begun }: EndedProps) {
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(
      async () => begun(await retranscribe(api, session.id, { language: "", channelsAsSpeakers: false })),
      [api, session.id, begun],
    ),
  );
  return (
    <div
      className={status === "failed" ? "notice notice-problem" : "notice"}
      role={status === "failed" ? "alert" : "status"}
      data-testid="task-ended"
    >
      <p>
        {status === "failed" ? text.task.failed : text.task.cancelled} {reason}
      </p>
      {session.role === "owner" && (
        <button type="button" className="button" onClick={run} disabled={busy}>
          {text.versions.again}
        </button>
      )}
      {problem && <ProblemNotice problem={problem} />}
    </div>
  );
}
