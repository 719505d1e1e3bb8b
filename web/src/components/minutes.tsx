// The minutes of a session: made, being made, failed, or still to be made.

import { useCallback, useEffect, useState } from "react";
import type { Session } from "../api";
import type { Evidence } from "../evidence";
import { useTask } from "../followed-task";
import { useApi, usePolled } from "../hooks";
import { newestTask, partOf, type Summary, summariesOf } from "../minutes";
import { markdown } from "../minutes-text";
import { text } from "../text";
import { CopyButton } from "./copy-button";
import { MinutesBody, TemplateText } from "./minutes-body";
import { MinutesForm } from "./minutes-form";
import { ProblemNotice } from "./notice";
import { TaskProgress } from "./task-progress";

const REFRESH_MS = 20_000;

interface Props {
  session: Session;
  /** Whether there are words to make minutes of. */
  said: boolean;
  /** Leads to where something was said. */
  lead: (evidence: Evidence) => void;
  /** Minutes may also give the session a title. */
  made: () => void;
}

export function Minutes({ session, said, lead, made }: Props) {
  const api = useApi();
  const { id, status } = session;
  const summaries = usePolled(
    useCallback((signal: AbortSignal) => summariesOf(api, id, signal), [api, id]),
    REFRESH_MS,
  );
  const { reload } = summaries;
  const [chosen, choose] = useState<string | null>(null);
  const { task, sections, problem, begin } = useTask(
    null,
    useCallback(() => {
      choose(null);
      reload();
      made();
    }, [reload, made]),
  );
  useUnfinished(id, status, begin);
  const running = task && !task.ready;
  const list = summaries.value ?? [];
  const summary = list.find((each) => each.id === chosen) ?? list[0] ?? null;
  const part = running ? partOf(sections) : null;
  if (!said && list.length === 0) return null;
  return (
    <section className="minutes" aria-labelledby="minutes-heading" data-testid="minutes">
      <div className="transcript-head">
        <h2 id="minutes-heading">{text.minutes.heading}</h2>
        {summary && !running && <Origin summary={summary} />}
        {list.length > 1 && !running && <Choice list={list} shown={summary} choose={choose} />}
        {summary && !running && (
          <CopyButton content={() => asText(summary)} label={text.minutes.copy} done={text.session.copied} />
        )}
      </div>
      {summaries.problem && <ProblemNotice problem={summaries.problem} retry={reload} />}
      {problem && <ProblemNotice problem={problem} />}
      {running && <TaskProgress task={task} />}
      {part && <MinutesBody minutes={part} lead={lead} />}
      {task?.status === "failed" && (
        <div className="notice notice-problem" role="alert" data-testid="minutes-failed">
          <p>
            {text.minutes.failed} {task.error}
          </p>
        </div>
      )}
      {!running && summary && <SummaryShown summary={summary} lead={lead} />}
      {!running && summaries.value && session.role === "owner" && said && (
        <MinutesForm key={summary?.id} sessionId={id} summary={summary} begun={begin} />
      )}
    </section>
  );
}

/** Goes on with what was begun elsewhere, or by itself when the meeting ended. */
function useUnfinished(sessionId: string, status: string, begin: (taskId: string) => void): void {
  const api = useApi();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a session that changes its state may begin a task
  useEffect(() => {
    const controller = new AbortController();
    newestTask(api, sessionId, controller.signal).then(
      (task) => {
        if (task && !task.successful && task.status !== "cancelled") begin(task.task_id);
      },
      () => undefined, // what is wrong, the list of summaries says
    );
    return () => controller.abort();
  }, [api, sessionId, status, begin]);
}

function Origin({ summary: { origin, ai_model } }: { summary: Summary }) {
  return (
    <span
      className="badge"
      data-testid="minutes-origin"
      data-origin={origin}
      title={text.minutes.origins[origin].hint}
    >
      {text.minutes.origins[origin].label(ai_model)}
    </span>
  );
}

interface ChoiceProps {
  list: Summary[];
  shown: Summary | null;
  choose: (id: string) => void;
}

function Choice({ list, shown, choose }: ChoiceProps) {
  return (
    <select
      className="narrow"
      aria-label={text.minutes.version}
      value={shown?.id ?? ""}
      onChange={(event) => choose(event.target.value)}
    >
      {list.map((each) => (
        <option key={each.id} value={each.id}>
          {text.minutes.versionOf(each.version, new Date(each.created_at).toLocaleString())}
        </option>
      ))}
    </select>
  );
}

function SummaryShown({ summary, lead }: { summary: Summary; lead: Props["lead"] }) {
  const { minutes, template_id } = summary;
  const isText = template_id !== null || minutes === null;
  return (
    <>
      {isText && <TemplateText filled={summary.summary} />}
      {minutes && isText && (
        <details>
          <summary>{text.minutes.grounds}</summary>
          <MinutesBody minutes={minutes} lead={lead} />
        </details>
      )}
      {minutes && !isText && <MinutesBody minutes={minutes} lead={lead} />}
    </>
  );
}

function asText({ minutes, template_id, summary }: Summary): string {
  return minutes && template_id === null ? markdown(minutes) : summary;
}
