// The minutes of a session: made, being made, failed, or still to be made.

import { useCallback, useState } from "react";
import type { Session } from "../api";
import type { Evidence } from "../evidence";
import { useTask } from "../followed-task";
import { type Loaded, useApi, usePolled } from "../hooks";
import { type Minutes as MinutesDocument, partOf, type Summary, summariesOf } from "../minutes";
import { markdown } from "../minutes-text";
import type { Problem } from "../problem";
import type { Task, TaskKind } from "../tasks";
import { text } from "../text";
import { CopyButton } from "./copy-button";
import { MinutesBody, TemplateText } from "./minutes-body";
import { MinutesForm } from "./minutes-form";
import { ProblemNotice } from "./notice";
import { TaskProgress } from "./task-progress";

const REFRESH_MS = 20_000;
const THEIR_KIND: readonly TaskKind[] = ["summarize"];

interface Props {
  session: Session;
  /** Those of the session. */
  tasks: Loaded<Task[]>;
  /** Whether there are words to make minutes of. */
  said: boolean;
  /** Leads to where something was said. */
  lead: (evidence: Evidence) => void;
  /** Minutes may also give the session a title. */
  made: () => void;
}

export function Minutes({ session, tasks, said, lead, made }: Props) {
  const [chosen, choose] = useState<string | null>(null);
  const showNewest = useCallback(() => {
    choose(null);
    made();
  }, [made]);
  const { list, loaded, problems, reload, task, known, part, begin } = useMinutes(
    session.id,
    tasks,
    showNewest,
  );
  const running = task && !task.ready ? task : null;
  const [newest = null] = list;
  const last = list.find((each) => each.id === chosen) ?? newest;
  const summary = running ? null : last;
  if (!said && list.length === 0) return null;
  return (
    <section className="minutes" aria-labelledby="minutes-heading" data-testid="minutes">
      <div className="transcript-head">
        <h2 id="minutes-heading">{text.minutes.heading}</h2>
        {summary && <SummaryHead summary={summary} list={list} choose={choose} />}
      </div>
      {problems.map((each) => (
        <ProblemNotice key={each.message} problem={each} retry={reload} />
      ))}
      {running && <TaskProgress task={running} />}
      {running && part && <MinutesBody minutes={part} notice={null} lead={lead} />}
      {task?.status === "failed" && <Failed reason={task.error} />}
      {summary && <SummaryShown summary={summary} lead={lead} />}
      {loaded && session.role === "owner" && said && (
        <MinutesForm
          key={last?.id}
          session={session}
          summary={last}
          begun={begin}
          hidden={running !== null || !known}
        />
      )}
    </section>
  );
}

interface Known {
  /** Newest first. */
  list: Summary[];
  loaded: boolean;
  problems: Problem[];
  reload: () => void;
  task: Task | null;
  /** Whether it is known what becomes of the one that was begun last. */
  known: boolean;
  /** What there is of what the task makes. */
  part: MinutesDocument | null;
  begin: (taskId: string) => void;
}

function useMinutes(id: string, tasks: Loaded<Task[]>, made: () => void): Known {
  const api = useApi();
  const { value, problem, reload } = usePolled(
    useCallback((signal: AbortSignal) => summariesOf(api, id, signal), [api, id]),
    REFRESH_MS,
  );
  const ended = useCallback(() => {
    reload();
    made();
  }, [reload, made]);
  const followed = useTask(tasks, THEIR_KIND, ended);
  return {
    list: value ?? [],
    loaded: value !== null,
    problems: [problem, followed.problem].filter((each) => each !== null),
    reload,
    task: followed.task,
    known: followed.known || followed.problem !== null,
    part: partOf(followed.sections),
    begin: followed.begin,
  };
}

function Failed({ reason }: { reason: string | null }) {
  return (
    <div className="notice notice-problem" role="alert" data-testid="minutes-failed">
      <p>
        {text.minutes.failed} {reason}
      </p>
    </div>
  );
}

interface HeadProps {
  summary: Summary;
  list: Summary[];
  choose: (id: string) => void;
}

function SummaryHead({ summary, list, choose }: HeadProps) {
  return (
    <>
      <Origin summary={summary} />
      {list.length > 1 && (
        <select
          className="narrow"
          aria-label={text.minutes.version}
          value={summary.id}
          onChange={(event) => choose(event.target.value)}
        >
          {list.map((each) => (
            <option key={each.id} value={each.id}>
              {text.minutes.versionOf(each.version, new Date(each.created_at).toLocaleString())}
            </option>
          ))}
        </select>
      )}
      <CopyButton content={() => asText(summary)} label={text.minutes.copy} done={text.session.copied} />
    </>
  );
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

function SummaryShown({ summary, lead }: { summary: Summary; lead: Props["lead"] }) {
  const { minutes, template_id, notice } = summary;
  const isText = template_id !== null || minutes === null;
  return (
    <>
      {isText && <TemplateText filled={summary.summary} />}
      {minutes && isText && (
        <details>
          <summary>{text.minutes.grounds}</summary>
          <MinutesBody minutes={minutes} notice={notice} lead={lead} />
        </details>
      )}
      {minutes && !isText && <MinutesBody minutes={minutes} notice={notice} lead={lead} />}
    </>
  );
}

function asText({ minutes, template_id, notice, summary }: Summary): string {
  return minutes && template_id === null ? markdown(minutes, notice) : summary;
}
