// The versions of a transcript: which one counts, and the way to another or to a new one.

import { type FormEvent, useCallback } from "react";
import { useAction, useApi } from "../hooks";
import { bringBack, retranscribe, type Version } from "../recordings";
import { languages, text } from "../text";
import { ProblemNotice } from "./notice";

interface Props {
  sessionId: string;
  versions: readonly Version[];
  /** Whether there is a recording to transcribe again. */
  recorded: boolean;
  begun: (taskId: string) => void;
  changed: () => void;
}

export function Versions({ sessionId, versions, recorded, begun, changed }: Props) {
  return (
    <details className="versions" data-testid="versions">
      <summary>{text.versions.heading(versions.length)}</summary>
      {versions.length > 0 && (
        <ol className="version-list">
          {versions.map((version) => (
            <VersionRow key={version.id} version={version} changed={changed} />
          ))}
        </ol>
      )}
      {recorded && <Again sessionId={sessionId} begun={begun} />}
    </details>
  );
}

interface RowProps {
  version: Version;
  changed: () => void;
}

function VersionRow({ version, changed }: RowProps) {
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(async () => {
      await bringBack(api, version);
      changed();
    }, [api, version, changed]),
  );
  const made = new Date(version.created_at);
  return (
    <li data-testid="version" data-current={version.is_current}>
      <span>
        {text.versions.sources[version.source] ?? version.source}
        <span className="hint">
          {" "}
          <time dateTime={made.toISOString()}>
            {made.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })}
          </time>
          {` · ${version.language} · ${text.versions.words(version.word_count)}`}
        </span>
      </span>
      {version.is_current ? (
        <span className="badge">{text.versions.current}</span>
      ) : (
        <button
          type="button"
          className="button button-small"
          onClick={run}
          disabled={busy || version.status !== "completed"}
        >
          {text.versions.use}
        </button>
      )}
      {problem && <ProblemNotice problem={problem} />}
    </li>
  );
}

function Again({ sessionId, begun }: Pick<Props, "sessionId" | "begun">) {
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(
      async (language: string, channelsAsSpeakers: boolean) =>
        begun(await retranscribe(api, sessionId, { language, channelsAsSpeakers })),
      [api, sessionId, begun],
    ),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    run(String(form.get("language")), form.has("channels"));
  };
  return (
    <form className="again" onSubmit={submit}>
      <select name="language" defaultValue="" aria-label={text.meetings.language}>
        <option value="">{text.upload.anyLanguage}</option>
        {languages.map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
      <label className="choice">
        <input type="checkbox" name="channels" />
        {text.upload.channels}
      </label>
      <button type="submit" className="button" disabled={busy}>
        {text.versions.again}
      </button>
      {problem && <ProblemNotice problem={problem} />}
    </form>
  );
}
