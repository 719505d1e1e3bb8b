// Corrects what was said in one segment, or who said it.

import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import type { Segment } from "../api";
import type { Draft, Theirs } from "../corrections";
import { isFocusLost } from "../focus";
import { text } from "../text";
import type { Tools } from "./caption-list";
import { ProblemNotice } from "./notice";
import { SegmentHistory } from "./segment-history";

/** The id of the list of those who speak in this transcript. */
export const SPEAKERS = "speakers";

interface Props {
  segment: Segment;
  draft: Draft;
  tools: Tools;
}

export function SegmentEditor({ segment, draft, tools }: Props) {
  const { owned, correcting } = tools;
  const { segment_id: id } = segment;
  const keysHint = useId();
  const [past, setPast] = useState(false);
  const close = () => correcting.close(id);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    correcting.save(draft);
  };
  return (
    <form className="editor" onSubmit={submit} onKeyDown={(event) => keys(event, close)} data-testid="editor">
      {draft.conflict && <Conflict theirs={draft.conflict} close={close} />}
      {draft.problem && <ProblemNotice problem={draft.problem} />}
      <textarea
        name="words"
        aria-label={text.correct.words}
        aria-describedby={keysHint}
        value={draft.text}
        onChange={(event) => correcting.write(id, { text: event.target.value })}
        rows={Math.max(2, Math.ceil(draft.text.length / 60))}
        maxLength={20_000}
        lang={segment.language ?? undefined}
        ref={focusEnd}
      />
      {owned && (
        <SpeakerField speaker={draft.speaker} write={(speaker) => correcting.write(id, { speaker })} />
      )}
      <div className="editor-actions">
        <button type="submit" className="button button-main">
          {draft.conflict ? text.correct.keepMine : text.meetings.save}
        </button>
        <button type="button" className="button" onClick={close}>
          {text.meetings.cancel}
        </button>
        <PastToggle past={past} toggle={() => setPast(!past)} />
        <span className="hint" id={keysHint}>
          {text.correct.keys}
        </span>
      </div>
      {past && <SegmentHistory segment={segment} tools={tools} />}
    </form>
  );
}

function PastToggle({ past, toggle }: { past: boolean; toggle: () => void }) {
  return (
    <button type="button" className="button button-quiet" aria-expanded={past} onClick={toggle}>
      {text.correct.history}
    </button>
  );
}

function Conflict({ theirs, close }: { theirs: Theirs; close: () => void }) {
  return (
    <div className="notice notice-problem" role="alert" data-testid="conflict">
      <p>
        {text.correct.conflict(theirs.made_by_name)} <q>{theirs.text || text.correct.removed}</q>
      </p>
      <button type="button" className="button" onClick={close}>
        {text.correct.takeTheirs}
      </button>
    </div>
  );
}

function SpeakerField({ speaker, write }: { speaker: string; write: (speaker: string) => void }) {
  const id = useId();
  return (
    <label className="editor-speaker" htmlFor={id}>
      {text.correct.speaker}
      <input
        id={id}
        name="speaker"
        value={speaker}
        onChange={(event) => write(event.target.value)}
        maxLength={100}
        autoComplete="off"
        list={SPEAKERS}
      />
    </label>
  );
}

/** Enter saves, because a segment has one line; Escape leaves it as it is. */
function keys(event: KeyboardEvent<HTMLFormElement>, close: () => void): void {
  if (event.nativeEvent.isComposing) return;
  if (event.key === "Escape") {
    close();
  } else if (event.key === "Enter" && event.target instanceof HTMLTextAreaElement) {
    event.preventDefault();
    event.currentTarget.requestSubmit();
  }
}

/** An editor that comes back by itself takes the keyboard from nothing else. */
function focusEnd(area: HTMLTextAreaElement | null): void {
  if (!area || !isFocusLost()) return;
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}
