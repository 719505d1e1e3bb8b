// Has minutes made: for the first time, or once more.

import { type FormEvent, useCallback } from "react";
import type { Api } from "../api";
import { useAction, useApi, useLoaded } from "../hooks";
import { beginAgain, beginMinutes, type Summary, type Template, templatesOf, type Wishes } from "../minutes";
import { text } from "../text";
import { ProblemNotice } from "./notice";

interface Props {
  sessionId: string;
  /** The one to make again, if there is one. */
  summary: Summary | null;
  begun: (taskId: string) => void;
}

export function MinutesForm({ sessionId, summary, begun }: Props) {
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(
      async (wishes: Wishes) => begun(await beginning(api, sessionId, summary, wishes)),
      [api, sessionId, summary, begun],
    ),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    run(wishesIn(new FormData(event.currentTarget)));
  };
  return (
    <form className="minutes-form" onSubmit={submit} data-testid="minutes-form">
      {!summary && <p className="hint">{text.minutes.none}</p>}
      <TemplateChoice first={summary?.template_id ?? ""} />
      {summary?.origin === "written" && (
        <input
          name="instructions"
          className="minutes-wishes"
          aria-label={text.minutes.instructions}
          placeholder={text.minutes.instructions}
          defaultValue={summary.instructions ?? ""}
          maxLength={2000}
        />
      )}
      <button type="submit" className={summary ? "button" : "button button-main"} disabled={busy}>
        {summary ? text.minutes.again : text.minutes.make}
      </button>
      {problem && <ProblemNotice problem={problem} />}
    </form>
  );
}

/** Another template is another summary; the same one, once more, is its next version. */
function beginning(api: Api, sessionId: string, summary: Summary | null, wishes: Wishes): Promise<string> {
  return summary && summary.template_id === wishes.template_id
    ? beginAgain(api, sessionId, summary, wishes)
    : beginMinutes(api, sessionId, wishes);
}

function wishesIn(form: FormData): Wishes {
  return {
    template_id: String(form.get("template")) || null,
    instructions: String(form.get("instructions") ?? "").trim() || null,
  };
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
