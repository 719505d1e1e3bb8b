// The meetings of the account, and the ways to another one.

import { type FormEvent, useCallback, useState } from "react";
import { type NewSession, newSession, type Session } from "../api";
import { useAction, useApi, usePolled, useTitle } from "../hooks";
import { wantMicrophone } from "../microphone";
import { go } from "../place";
import { languages, text } from "../text";
import { useTranscriptions } from "../transcriptions";
import { Loading, ProblemNotice } from "./notice";
import { Search } from "./search";
import { SessionRow } from "./session-row";
import { UploadForm } from "./upload-form";

const REFRESH_MS = 20_000;
const none: readonly Session[] = [];

export function Meetings() {
  const api = useApi();
  const [pages, setPages] = useState(1);
  const { value, problem, reload } = usePolled(
    useCallback((signal: AbortSignal) => api.sessions(pages, signal), [api, pages]),
    REFRESH_MS,
  );
  const transcribing = useTranscriptions(value?.sessions ?? none, reload);
  useTitle(`${text.meetings.heading} · ${text.product}`);
  return (
    <div className="meetings">
      <section aria-labelledby="my-meetings">
        <h1 id="my-meetings">{text.meetings.heading}</h1>
        <Search>
          {problem && <ProblemNotice problem={problem} retry={reload} />}
          {!value && !problem && <Loading />}
          {value?.sessions.length === 0 && <p className="empty card">{text.meetings.empty}</p>}
          {value && value.sessions.length > 0 && (
            <ul className="session-list card">
              {value.sessions.map((session) => (
                <SessionRow
                  key={session.id}
                  session={session}
                  transcribing={transcribing.get(session.id) ?? null}
                  changed={reload}
                />
              ))}
            </ul>
          )}
          {value?.more && (
            <button type="button" className="button more" onClick={() => setPages(pages + 1)}>
              {text.meetings.more}
            </button>
          )}
        </Search>
      </section>
      <div className="ways-in">
        <StartForm />
        <UploadForm />
        <JoinForm />
      </div>
    </div>
  );
}

function StartForm() {
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(
      async (wanted: NewSession) => {
        const { id } = await api.create(wanted);
        wantMicrophone(true);
        go({ kind: "meeting", id });
      },
      [api],
    ),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    run(newSession(String(form.get("title")), String(form.get("language"))));
  };
  return (
    <form className="card form" onSubmit={submit} aria-labelledby="start-heading">
      <h2 id="start-heading">{text.meetings.startHeading}</h2>
      <label>
        {text.meetings.title}
        <input name="title" maxLength={200} placeholder={text.meetings.titlePlaceholder} />
      </label>
      <label>
        {text.meetings.language}
        <select name="language" defaultValue={likelyLanguage()}>
          {languages.map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {problem && <ProblemNotice problem={problem} />}
      <button type="submit" className="button button-main" disabled={busy}>
        {busy ? text.meetings.starting : text.meetings.start}
      </button>
    </form>
  );
}

function JoinForm() {
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(
      async (code: string) => {
        const { id } = await api.join(code);
        go({ kind: "session", id });
      },
      [api],
    ),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    run(codeOf(String(new FormData(event.currentTarget).get("code"))));
  };
  return (
    <form className="card form" onSubmit={submit} aria-labelledby="join-heading">
      <h2 id="join-heading">{text.meetings.joinHeading}</h2>
      <label>
        {text.meetings.code}
        <input name="code" required autoComplete="off" spellCheck={false} />
      </label>
      {problem && <ProblemNotice problem={problem} />}
      <button type="submit" className="button" disabled={busy}>
        {busy ? text.meetings.joining : text.meetings.join}
      </button>
    </form>
  );
}

/** People paste the whole link where a code is asked for. */
function codeOf(given: string): string {
  const code = given.trim();
  return URL.canParse(code) ? (new URL(code).searchParams.get("join") ?? code) : code;
}

function likelyLanguage(): string {
  const spoken = navigator.language.slice(0, 2);
  const [code] = languages.find(([each]) => each.startsWith(spoken)) ?? languages[0] ?? ["en-US"];
  return code;
}
