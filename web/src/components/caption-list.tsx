// Captions as blocks of one person each, with names, times and colours.

import { memo, useEffect, useMemo, useRef } from "react";
import type { Segment } from "../api";
import type { Correcting } from "../correcting";
import type { Draft } from "../corrections";
import { text } from "../text";
import { type Block, blocks, clock, colours, type Keys, keyedAsBefore, keysOf } from "../transcript";
import { Caption } from "./caption";
import { SpeakerName } from "./speaker-name";

/** What a reader can do with a transcript; keeps its identity for as long as that is the same. */
export interface Tools {
  sessionId: string;
  /** Whether speakers can be renamed and segments given to others. */
  owned: boolean;
  mayCorrect: (segment: Segment) => boolean;
  /** The version of the transcript that is shown. */
  version: string | null;
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
  /** Those that the server does not have yet as they are shown. */
  saving?: ReadonlySet<string>;
}

const noDrafts: ReadonlyMap<string, Draft> = new Map();
const noMarks: ReadonlySet<string> = new Set();
const noKeys: Keys = new Map();

export function CaptionList({
  segments,
  tools = null,
  drafts = noDrafts,
  marked = noMarks,
  saving = noMarks,
}: Props) {
  const coloured = useMemo(() => colours(segments), [segments]);
  return (
    <ol className="captions">
      {useBlocks(segments, drafts).map((block) => (
        <CaptionBlock
          key={block.key}
          block={block}
          colour={coloured.get(block.person) ?? 0}
          tools={tools}
          drafts={drafts}
          marked={marked}
          saving={saving}
        />
      ))}
    </ol>
  );
}

/** However segments are grouped anew, an editor stays the very element that has the keyboard. */
function useBlocks(segments: readonly Segment[], drafts: ReadonlyMap<string, Draft>): readonly Block[] {
  const grouped = useMemo(() => blocks(segments), [segments]);
  const before = useRef(noKeys);
  const keyed = useMemo(
    () => keyedAsBefore(grouped, before.current, (id) => drafts.has(id)),
    [grouped, drafts],
  );
  useEffect(() => {
    before.current = keysOf(keyed);
  }, [keyed]);
  return keyed;
}

interface BlockProps {
  block: Block;
  colour: number;
  tools: Tools | null;
  drafts: ReadonlyMap<string, Draft>;
  marked: ReadonlySet<string>;
  saving: ReadonlySet<string>;
}

const CaptionBlock = memo(
  ({ block, colour, tools, drafts, marked, saving }: BlockProps) => (
    <li className={`block speaker-${colour}`}>
      <BlockHead block={block} tools={tools} />
      <div className="words">
        {block.segments.map((segment) => (
          <Caption
            key={segment.segment_id}
            segment={segment}
            draft={drafts.get(segment.segment_id) ?? null}
            marked={marked.has(segment.segment_id)}
            saving={saving.has(segment.segment_id)}
            tools={tools}
          />
        ))}
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
        before.marked.has(id) === after.marked.has(id) &&
        before.saving.has(id) === after.saving.has(id)
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
