// The final words of a session, to read, to hear, to correct and to take along.

import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useAccount } from "../account";
import type { AudioFile, Segment, Session } from "../api";
import { type Correcting, useCorrecting } from "../correcting";
import { corrected, readable } from "../corrections";
import type { CurrentTranscript } from "../current-transcript";
import { placeOf, type Wanted } from "../evidence";
import type { Connection } from "../live";
import { text } from "../text";
import { plainText } from "../transcript";
import { CaptionList, type Tools } from "./caption-list";
import { ConnectionState } from "./connection-state";
import { CopyButton } from "./copy-button";
import { ExportMenu } from "./export-menu";
import { Loading, ProblemNotice } from "./notice";
import { Playback } from "./playback";
import { SPEAKERS } from "./segment-editor";

const UNDO_MS = 30_000;

interface Props {
  session: Session;
  transcript: CurrentTranscript;
  connection: Connection;
  recording: AudioFile | null;
  /** What is said where there are no words. */
  empty: string | null;
  /** Where somebody wants to be led; another object each time. */
  wanted: Wanted | null;
}

export function Transcript({ session, transcript, connection, recording, empty, wanted }: Props) {
  const { problem, reload } = transcript;
  const player = useRef<HTMLAudioElement>(null);
  const playFrom = usePlayFrom(player);
  const correcting = useCorrecting(session.id, transcript.version);
  const { corrections } = correcting;
  const segments = useMemo(
    () => transcript.segments && readable(corrected(transcript.segments, corrections), corrections.drafts),
    [transcript.segments, corrections],
  );
  const tools = useTools(session, transcript, correcting, recording ? playFrom : null);
  const body = useRef<HTMLDivElement>(null);
  const marked = useLedTo(wanted, segments, body, recording ? playFrom : null);
  return (
    <section className="transcript" aria-labelledby="transcript-heading" data-testid="transcript">
      <div className="transcript-head">
        <h2 id="transcript-heading">{text.session.transcript}</h2>
        <ConnectionState connection={connection} quiet />
        {segments && segments.length > 0 && <TakeAlong session={session} segments={segments} />}
      </div>
      {problem && <ProblemNotice problem={problem} retry={reload} />}
      {!segments && !problem && <Loading />}
      {segments?.length === 0 && empty && (
        <p className="empty card" data-testid="transcript-empty">
          {empty}
        </p>
      )}
      {recording && <Playback file={recording} player={player} />}
      {segments && segments.length > 0 && (
        <div className="card transcript-body" ref={body}>
          <CaptionList segments={segments} tools={tools} drafts={corrections.drafts} marked={marked} />
          <Speakers segments={segments} />
        </div>
      )}
      <Undo correcting={correcting} />
    </section>
  );
}

function Speakers({ segments }: { segments: readonly Segment[] }) {
  const names = useMemo(() => [...new Set(segments.map((each) => each.speaker))], [segments]);
  return (
    <datalist id={SPEAKERS}>
      {names.map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
}

function usePlayFrom(player: RefObject<HTMLAudioElement | null>): (seconds: number) => void {
  return useCallback(
    (seconds: number) => {
      if (!player.current) return;
      player.current.currentTime = seconds;
      void player.current.play();
    },
    [player],
  );
}

function useTools(
  { id, role }: Session,
  { correctable, reload }: CurrentTranscript,
  { open, write, close, save, restore }: Correcting,
  playFrom: Tools["playFrom"],
): Tools {
  const { account } = useAccount();
  const own = `intrascribe_user_${account?.user.id}_`;
  return useMemo(
    () => ({
      sessionId: id,
      owned: role === "owner",
      mayCorrect: ({ participant_identity }: Segment) =>
        correctable && (role === "owner" || (participant_identity?.startsWith(own) ?? false)),
      correcting: { open, write, close, save, restore },
      renamed: reload,
      playFrom,
    }),
    [id, role, own, correctable, open, write, close, save, restore, reload, playFrom],
  );
}

const noMarks: ReadonlySet<string> = new Set();

/** Brings a place into sight, gives it the keyboard and plays it, once for each wish. */
function useLedTo(
  wanted: Wanted | null,
  segments: readonly Segment[] | null,
  body: RefObject<HTMLDivElement | null>,
  playFrom: Tools["playFrom"],
): ReadonlySet<string> {
  const [marked, setMarked] = useState(noMarks);
  const done = useRef<Wanted | null>(null);
  useEffect(() => {
    if (!wanted || !segments || done.current === wanted) return;
    done.current = wanted;
    const place = placeOf(segments, wanted);
    setMarked(new Set(place?.segmentIds));
    if (!place) return;
    const [first = ""] = place.segmentIds;
    const shown = body.current?.querySelector<HTMLElement>(`[data-segment="${CSS.escape(first)}"]`);
    shown?.scrollIntoView({ block: "center" });
    shown?.focus({ preventScroll: true });
    if (wanted.heard) playFrom?.(place.start);
  }, [wanted, segments, body, playFrom]);
  return marked;
}

/** The way back from the last correction, also when that took a segment's words away. */
function Undo({ correcting }: { correcting: Correcting }) {
  const { undoable } = correcting.corrections;
  const [past, setPast] = useState<typeof undoable>(null);
  useEffect(() => {
    const timer = setTimeout(() => setPast(undoable), UNDO_MS);
    return () => clearTimeout(timer);
  }, [undoable]);
  return (
    <div className="undo" role="status">
      {undoable && undoable !== past && (
        <>
          {text.correct.done}
          <button
            type="button"
            className="button button-small"
            onClick={() => correcting.restore(undoable.segment, undoable.revision)}
          >
            {text.correct.undo}
          </button>
        </>
      )}
    </div>
  );
}

function TakeAlong({ session, segments }: { session: Session; segments: readonly Segment[] }) {
  return (
    <div className="take-along">
      <CopyButton content={() => plainText(segments)} label={text.session.copy} done={text.session.copied} />
      <ExportMenu session={session} />
    </div>
  );
}
