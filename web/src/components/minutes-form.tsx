// Has minutes made: for the first time, or once more.

import { type FormEvent, useCallback } from "react";
import type { Api, Session } from "../api";
import { useAction, useApi, useLoaded } from "../hooks";
import {
  beginAgain,
  beginMinutes,
  type Chosen,
  SPOKEN_LANGUAGE,
  type Summary,
  type Template,
  templatesOf,
  wishesOf,
} from "../minutes";
import { languages, text } from "../text";
import { ProblemNotice } from "./notice";

interface Props {
  session: Session;
  /** The one to make again, if there is one. */
  summary: Summary | null;
  begun: (taskId: string) => void;
  /** While minutes are made; what was asked for stays, should that fail. */
  hidden: boolean;
}

export function MinutesForm({ session, summary, begun, hidden }: Props) {
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(
      async (chosen: Chosen) => begun(await beginning(api, session, summary, chosen)),
      [api, session, summary, begun],
    ),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    run(chosenIn(new FormData(event.currentTarget)));
  };
  return (
    <form className="minutes-form" onSubmit={submit} hidden={hidden} data-testid="minutes-form">
      {!summary && <p className="hint">{text.minutes.none}</p>}
      <TemplateChoice first={(summary ?? session).template_id ?? ""} />
      <WishFields summary={summary} />
      <button type="submit" className={summary ? "button" : "button button-main"} disabled={busy}>
        {summary ? text.minutes.again : text.minutes.make}
      </button>
      {problem && <ProblemNotice problem={problem} />}
    </form>
  );
}

/** Another template is another summary; the same one, once more, is its next version. */
function beginning(api: Api, session: Session, summary: Summary | null, chosen: Chosen): Promise<string> {
  if (summary && summary.template_id === (chosen.template || null))
    return beginAgain(api, session.id, summary, wishesOf(chosen, summary));
  const before = { template_id: session.template_id, instructions: null };
  return beginMinutes(api, session.id, wishesOf(chosen, before));
}

function chosenIn(form: FormData): Chosen {
  const field = (name: keyof Chosen) => String(form.get(name) ?? "");
  return {
    template: field("template"),
    instructions: field("instructions"),
    language: field("language"),
    style: field("style"),
  };
}

function WishFields({ summary }: { summary: Summary | null }) {
  return (
    <details className="minutes-wishes">
      <summary>{text.minutes.wishes}</summary>
      <p className="hint">{text.minutes.wishesHint}</p>
      <input
        name="instructions"
        aria-label={text.minutes.instructions}
        placeholder={text.minutes.instructions}
        defaultValue={summary?.instructions ?? ""}
        maxLength={2000}
      />
      <label>
        {text.minutes.language}
        <select name="language" defaultValue="">
          {summary && <option value="">{text.minutes.asBefore}</option>}
          <option value={summary ? SPOKEN_LANGUAGE : ""}>{text.minutes.languageSpoken}</option>
          {languages.map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {text.minutes.style}
        <select name="style" defaultValue="">
          <option value="">{summary ? text.minutes.asBefore : text.minutes.asPreferred}</option>
          {text.minutes.styles.map(([style, name]) => (
            <option key={style} value={style}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </details>
  );
}

function TemplateChoice({ first }: { first: string }) {
  const api = useApi();
  const { value, problem, reload } = useLoaded(
    useCallback((signal: AbortSignal) => templatesOf(api, signal), [api]),
  );
  return (
    <>
      {/* A field without the options that it begins with would begin with another one. */}
      <select key={value?.length} name="template" aria-label={text.minutes.template} defaultValue={first}>
        <option value="">{text.minutes.noTemplate}</option>
        {first && !value?.some((each) => each.id === first) && (
          <option value={first}>{text.minutes.templateOfMeeting}</option>
        )}
        {value?.map((each) => (
          <option key={each.id} value={each.id} lang={each.language ?? undefined}>
            {nameOf(each)}
          </option>
        ))}
      </select>
      {problem && <ProblemNotice problem={problem} retry={reload} />}
    </>
  );
}

function nameOf({ name, is_system }: Template): string {
  return is_system ? name : text.minutes.own(name);
}
