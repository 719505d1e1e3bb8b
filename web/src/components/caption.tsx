// One caption, to read and, where that is allowed, to correct.

import { useRef } from "react";
import type { Segment } from "../api";
import type { Draft } from "../corrections";
import { useFocusBack } from "../focus";
import { text } from "../text";
import { personIn } from "../transcript";
import type { Tools } from "./caption-list";
import { Pencil } from "./icons";
import { SegmentEditor } from "./segment-editor";

interface Props {
  segment: Segment;
  draft: Draft | null;
  marked: boolean;
  saving: boolean;
  tools: Tools | null;
}

export function Caption({ segment, draft, marked, saving, tools }: Props) {
  const corrector = useRef<HTMLButtonElement>(null);
  useFocusBack(draft !== null, corrector);
  if (tools && draft) return <SegmentEditor segment={segment} draft={draft} tools={tools} />;
  const editable = tools !== null && segment.is_final && tools.mayCorrect(segment);
  const edit = () => tools?.correcting.open(segment);
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button beside it does the same by keyboard */}
      <span
        className={`caption${segment.is_final ? "" : " caption-partial"}${marked ? " caption-marked" : ""}${saving ? " caption-saving" : ""}`}
        lang={segment.language ?? undefined}
        tabIndex={-1}
        data-testid="caption"
        data-segment={segment.segment_id}
        data-person={personIn(segment)}
        data-speaker={segment.speaker}
        data-final={segment.is_final}
        data-marked={marked}
        data-saving={saving}
        onDoubleClick={editable ? edit : undefined}
      >
        {segment.text}
      </span>
      {saving && <span className="hint"> {text.correct.saving}</span>}
      {editable && (
        <button
          type="button"
          className="correct"
          aria-label={text.correct.correct(segment.text.slice(0, 60))}
          title={text.correct.tip}
          onClick={edit}
          ref={corrector}
        >
          <Pencil />
        </button>
      )}{" "}
    </>
  );
}
