// Captions as blocks of one person each, with names, times and colours.

import { memo, useMemo } from "react";
import type { Segment } from "../api";
import type { Correcting } from "../correcting";
import type { Draft } from "../corrections";
import { text } from "../text";
import { type Block, blocks, clock, colours, personIn } from "../transcript";
import { Pencil } from "./icons";
import { SegmentEditor } from "./segment-editor";
import { SpeakerName } from "./speaker-name";

/** What a reader can do with a transcript; keeps its identity for as long as that is the same. */
export interface Tools {
  sessionId: string;
  /** Whether speakers can be renamed and segments given to others. */
  owned: boolean;
  mayCorrect: (segment: Segment) => boolean;
  correcting: Pick<Correcting, "open" | "write" | "close" | "save" | "restore">;
  renamed: () => void;
  /** Plays the recording from a place on; without it there is none. */
  playFrom: ((seconds: number) => void) | null;
}

interface Props {
  segments: readonly Segment[];
  /** Without them it can only be read. */
  tools?: Tools | null;
  drafts?: ReadonlyMap<string, Draft>;
  /** The segments that somebody was led to. */
  marked?: ReadonlySet<string>;
}

const noDrafts: ReadonlyMap<string, Draft> = new Map();
const noMarks: ReadonlySet<string> = new Set();

export function CaptionList({ segments, tools = null, drafts = noDrafts, marked = noMarks }: Props) {
  const coloured = useMemo(() => colours(segments), [segments]);
  return (
    <ol className="captions">
      {blocks(segments).map((block) => (
        <CaptionBlock
          key={block.key}
          block={block}
          colour={coloured.get(block.person) ?? 0}
          tools={tools}
          drafts={drafts}
          marked={marked}
        />
      ))}
    </ol>
  );
}

interface BlockProps {
  block: Block;
  colour: number;
  tools: Tools | null;
  drafts: ReadonlyMap<string, Draft>;
  marked: ReadonlySet<string>;
}

const CaptionBlock = memo(
  ({ block, colour, tools, drafts, marked }: BlockProps) => (
    <li className={`block speaker-${colour}`}>
      <BlockHead block={block} tools={tools} />
      <div className="words">
        {block.segments.map((segment) => {
          const draft = drafts.get(segment.segment_id);
          return tools && draft ? (
            <SegmentEditor key={segment.segment_id} segment={segment} draft={draft} tools={tools} />
          ) : (
            <Caption
              key={segment.segment_id}
              segment={segment}
              marked={marked.has(segment.segment_id)}
              tools={tools}
            />
          );
        })}
      </div>
    </li>
  ),
  (before, after) =>
    before.colour === after.colour &&
    before.tools === after.tools &&
    before.block.speaker === after.block.speaker &&
    before.block.segments.length === after.block.segments.length &&
    before.block.segments.every((segment, index) => {
      const id = segment.segment_id;
      return (
        segment === after.block.segments[index] &&
        before.drafts.get(id) === after.drafts.get(id) &&
        before.marked.has(id) === after.marked.has(id)
      );
    }),
);

function BlockHead({ block, tools }: { block: Block; tools: Tools | null }) {
  const playFrom = tools?.playFrom;
  return (
    <div className="block-head">
      {tools?.owned ? (
        <SpeakerName sessionId={tools.sessionId} speaker={block.speaker} renamed={tools.renamed} />
      ) : (
        <span className="speaker">{block.speaker}</span>
      )}
      {playFrom ? (
        <button
          type="button"
          className="time time-play"
          title={text.session.playFrom(clock(block.start))}
          onClick={() => playFrom(block.start)}
        >
          {clock(block.start)}
        </button>
      ) : (
        <span className="time">{clock(block.start)}</span>
      )}
    </div>
  );
}

interface CaptionProps {
  segment: Segment;
  marked: boolean;
  tools: Tools | null;
}

function Caption({ segment, marked, tools }: CaptionProps) {
  const editable = tools !== null && segment.is_final && tools.mayCorrect(segment);
  const edit = () => tools?.correcting.open(segment);
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button beside it does the same by keyboard */}
      <span
        className={`caption${segment.is_final ? "" : " caption-partial"}${marked ? " caption-marked" : ""}`}
        lang={segment.language ?? undefined}
        tabIndex={-1}
        data-testid="caption"
        data-segment={segment.segment_id}
        data-person={personIn(segment)}
        data-speaker={segment.speaker}
        data-final={segment.is_final}
        data-marked={marked}
        onDoubleClick={editable ? edit : undefined}
      >
        {segment.text}
      </span>
      {editable && (
        <button
          type="button"
          className="correct"
          aria-label={text.correct.correct(segment.text.slice(0, 60))}
          title={text.correct.tip}
          onClick={edit}
        >
          <Pencil />
        </button>
      )}{" "}
    </>
  );
}
