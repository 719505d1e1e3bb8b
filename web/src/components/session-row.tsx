// One meeting in the list; its owner can rename and delete it there.

import { type FormEvent, type RefObject, useCallback, useRef, useState } from "react";
import type { Session } from "../api";
import { focusContent, focusOnce, useFocusBack } from "../focus";
import { useAction, useApi } from "../hooks";
import { addressOf } from "../place";
import type { Task } from "../tasks";
import { text } from "../text";
import { ProblemNotice } from "./notice";
import { ProgressBar } from "./progress-bar";
import { StatusBadge } from "./status-badge";

interface Props {
  session: Session;
  /** The transcription that its words come from, while it runs. */
  transcribing: Task | null;
  changed: () => void;
}

export function SessionRow({ session, transcribing, changed }: Props) {
  const [renaming, setRenaming] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  useFocusBack(renaming, opener);
  const title = session.title || text.untitled;
  const created = new Date(session.started_at ?? session.created_at);
  const done = () => {
    setRenaming(false);
    changed();
  };
  return (
    <li>
      <a href={addressOf({ kind: "session", id: session.id })} data-testid="session">
        <span className="session-title">{title}</span>
        <time dateTime={created.toISOString()}>
          {created.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })}
        </time>
        <StatusBadge status={session.status} />
      </a>
      {session.status === "processing" && transcribing && <RowProgress {...transcribing.progress} />}
      {session.role === "owner" && !renaming && (
        <Actions
          session={session}
          title={title}
          rename={() => setRenaming(true)}
          opener={opener}
          changed={changed}
        />
      )}
      {renaming && <Rename session={session} done={done} cancel={() => setRenaming(false)} />}
    </li>
  );
}

function RowProgress({ step, percentage, description }: Task["progress"]) {
  return (
    <div className="row-progress">
      <ProgressBar label={text.steps[step] ?? description} share={percentage / 100} />
    </div>
  );
}

interface ActionsProps {
  session: Session;
  title: string;
  rename: () => void;
  opener: RefObject<HTMLButtonElement | null>;
  changed: () => void;
}

function Actions({ session, title, rename, opener, changed }: ActionsProps) {
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(async () => {
      await api.remove(session.id);
      changed();
      focusContent();
    }, [api, session.id, changed]),
  );
  return (
    <div className="row-actions">
      <button
        type="button"
        className="button button-quiet"
        aria-label={text.meetings.renameOf(title)}
        onClick={rename}
        ref={opener}
      >
        {text.meetings.rename}
      </button>
      <button
        type="button"
        className="button button-quiet"
        aria-label={text.meetings.removeOf(title)}
        disabled={busy}
        onClick={() => window.confirm(text.meetings.reallyRemove(title)) && run()}
      >
        {text.meetings.remove}
      </button>
      {problem && <ProblemNotice problem={problem} />}
    </div>
  );
}

function Rename({ session, done, cancel }: { session: Session; done: () => void; cancel: () => void }) {
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(
      async (title: string) => {
        await api.rename(session.id, title);
        done();
      },
      [api, session.id, done],
    ),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    run(String(new FormData(event.currentTarget).get("title")).trim());
  };
  return (
    <form className="row-actions" onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && cancel()}>
      <input
        name="title"
        aria-label={text.meetings.title}
        defaultValue={session.title}
        required
        maxLength={200}
        pattern=".*\S.*"
        ref={focusOnce}
      />
      <button type="submit" className="button" disabled={busy}>
        {text.meetings.save}
      </button>
      <button type="button" className="button button-quiet" onClick={cancel}>
        {text.meetings.cancel}
      </button>
      {problem && <ProblemNotice problem={problem} />}
    </form>
  );
}
