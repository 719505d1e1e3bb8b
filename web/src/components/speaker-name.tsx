// The name of who speaks; the owner of the meeting changes it everywhere in it.

import { type FormEvent, useCallback, useRef, useState } from "react";
import { focusOnce, useFocusBack } from "../focus";
import { useAction, useApi } from "../hooks";
import { text } from "../text";
import { ProblemNotice } from "./notice";

interface Props {
  sessionId: string;
  speaker: string;
  renamed: () => void;
}

export function SpeakerName({ sessionId, speaker, renamed }: Props) {
  const [renaming, setRenaming] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  useFocusBack(renaming, opener);
  const done = useCallback(() => setRenaming(false), []);
  if (renaming) return <Rename sessionId={sessionId} speaker={speaker} renamed={renamed} done={done} />;
  return (
    <button
      type="button"
      className="speaker speaker-button"
      aria-label={text.session.renameSpeaker(speaker)}
      onClick={() => setRenaming(true)}
      ref={opener}
    >
      {speaker}
    </button>
  );
}

function Rename({ sessionId, speaker, renamed, done }: Props & { done: () => void }) {
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(
      async (name: string) => {
        if (name !== speaker) {
          await api.renameSpeaker(sessionId, speaker, name);
          renamed();
        }
        done();
      },
      [api, sessionId, speaker, renamed, done],
    ),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    run(String(new FormData(event.currentTarget).get("name")).trim());
  };
  return (
    <form className="speaker-form" onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && done()}>
      <input
        name="name"
        aria-label={text.session.renameSpeaker(speaker)}
        defaultValue={speaker}
        required
        maxLength={100}
        pattern=".*\S.*"
        ref={focusOnce}
      />
      <button type="submit" className="button" disabled={busy}>
        {text.meetings.save}
      </button>
      <button type="button" className="button button-quiet" onClick={done}>
        {text.meetings.cancel}
      </button>
      {problem && <ProblemNotice problem={problem} />}
    </form>
  );
}
