// Has minutes made: for the first time, or once more.

import { type FormEvent, useCallback } from "react";
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
  const templates = useLoaded(useCallback((signal: AbortSignal) => templatesOf(api, signal), [api]));
  const { run, busy, problem } = useAction(
    useCallback(
      async (wishes: Wishes) => {
        // Another template is another summary; the same one, once more, is its next version.
        const again = summary !== null && summary.template_id === wishes.template_id;
        begun(
          again
            ? await beginAgain(api, sessionId, summary, wishes)
            : await beginMinutes(api, sessionId, wishes),
        );
      },
      [api, sessionId, summary, begun],
    ),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    run({
      template_id: String(form.get("template")) || null,
      instructions: String(form.get("instructions") ?? "").trim() || null,
    });
  };
  return (
    <form className="minutes-form" onSubmit={submit} data-testid="minutes-form">
      {!summary && <p className="hint">{text.minutes.none}</p>}
      <select
        key={templates.value?.length}
        name="template"
        aria-label={text.minutes.template}
        defaultValue={summary?.template_id ?? ""}
      >
        <option value="">{text.minutes.noTemplate}</option>
        {templates.value?.map((each) => (
          <option key={each.id} value={each.id} lang={each.language ?? undefined}>
            {nameOf(each)}
          </option>
        ))}
      </select>
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
      {templates.problem && <ProblemNotice problem={templates.problem} retry={templates.reload} />}
      {problem && <ProblemNotice problem={problem} />}
    </form>
  );
}

function nameOf({ name, is_system }: Template): string {
  return is_system ? name : text.minutes.own(name);
}
