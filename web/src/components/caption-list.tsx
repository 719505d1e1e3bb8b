// Captions as blocks of one person each, with names, times and colours.

import { memo, useMemo } from "react";
import type { Segment } from "../api";
import { text } from "../text";
import { type Block, blocks, clock, colours, personIn } from "../transcript";
import { SpeakerName } from "./speaker-name";

interface Props {
  segments: readonly Segment[];
  /** The session whose speakers can be renamed here. */
  renamedIn?: string | null;
  /** Plays the recording from a place on; without it there is none. */
  playFrom?: ((seconds: number) => void) | null;
}

export function CaptionList({ segments, renamedIn = null, playFrom = null }: Props) {
  const coloured = useMemo(() => colours(segments), [segments]);
  return (
    <ol className="captions">
      {blocks(segments).map((block) => (
        <CaptionBlock
          key={block.key}
          block={block}
          colour={coloured.get(block.person) ?? 0}
          renamedIn={renamedIn}
          playFrom={playFrom}
        />
      ))}
    </ol>
  );
}

interface BlockProps {
  block: Block;
  colour: number;
  renamedIn: string | null;
  playFrom: ((seconds: number) => void) | null;
}

const CaptionBlock = memo(
  ({ block, colour, renamedIn, playFrom }: BlockProps) => (
    <li className={`block speaker-${colour}`}>
      <div className="block-head">
        {renamedIn ? (
          <SpeakerName sessionId={renamedIn} speaker={block.speaker} />
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
      <p>
        {block.segments.map((segment) => (
          <Caption key={segment.segment_id} segment={segment} speaker={block.speaker} />
        ))}
      </p>
    </li>
  ),
  (before, after) =>
    before.colour === after.colour &&
    before.renamedIn === after.renamedIn &&
    before.playFrom === after.playFrom &&
    before.block.speaker === after.block.speaker &&
    before.block.segments.length === after.block.segments.length &&
    before.block.segments.every((segment, index) => segment === after.block.segments[index]),
);

function Caption({ segment, speaker }: { segment: Segment; speaker: string }) {
  return (
    <>
      <span
        className={segment.is_final ? "caption" : "caption caption-partial"}
        lang={segment.language ?? undefined}
        data-testid="caption"
        data-segment={segment.segment_id}
        data-person={personIn(segment)}
        data-speaker={speaker}
        data-final={segment.is_final}
      >
        {segment.text}
      </span>{" "}
    </>
  );
}
