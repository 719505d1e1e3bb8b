// The final words of a session, to read, to hear, to correct and to take along.

import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useAccount } from "../account";
import type { AudioFile, Segment, Session } from "../api";
import { type Correcting, type Shown, useCorrecting } from "../correcting";
import { corrected, type Draft, unconfirmed } from "../corrections";
import type { CurrentTranscript } from "../current-transcript";
import { placeOf, type Wanted } from "../evidence";
import type { Connection } from "../live";
import { text } from "../text";
import { clock, plainText } from "../transcript";
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
  shown: Shown | null;
  connection: Connection;
  recording: AudioFile | null;
  /** What is said where there are no words. */
  empty: string | null;
  /** Where somebody wants to be led; another object each time. */
  wanted: Wanted | null;
}

export function Transcript({ session, transcript, shown, connection, recording, empty, wanted }: Props) {
  const { problem, reload } = transcript;
  const player = useRef<HTMLAudioElement>(null);
  const playFrom = usePlayFrom(player);
  const correcting = useCorrecting(session.id, shown, reload);
  const { drafts, homeless, standing } = correcting.corrections;
  const saving = useMemo(() => unconfirmed(standing), [standing]);
  const drafted = [...drafts.keys()].join(" ");
  const segments = useMemo(
    () => shown && readable(corrected(shown.segments, shown.version, standing), drafted.split(" ")),
    [shown, standing, drafted],
  );
  const tools = useTools(session, transcript, shown, correcting, recording ? playFrom : null);
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
      {recording && <Playback key={recording.id} file={recording} player={player} />}
      {homeless.map((draft) => (
        <Homeless
          key={`${draft.version} ${draft.origin.segment_id}`}
          draft={draft}
          discard={correcting.discard}
        />
      ))}
      {segments && segments.length > 0 && (
        <div className="card transcript-body" ref={body}>
          <CaptionList segments={segments} tools={tools} drafts={drafts} marked={marked} saving={saving} />
          <Speakers segments={segments} />
        </div>
      )}
      <Undo correcting={correcting} saving={saving.size > 0} />
    </section>
  );
}

/** All that has words, and what somebody is writing words for. */
function readable(segments: readonly Segment[], drafted: string[]): readonly Segment[] {
  return segments.filter((each) => each.text.trim() || drafted.includes(each.segment_id));
}

interface HomelessProps {
  draft: Draft;
  discard: (draft: Draft) => void;
}

function Homeless({ draft, discard }: HomelessProps) {
  return (
    <div className="notice notice-problem" role="alert" data-testid="homeless">
      <p>
        {text.correct.homeless(clock(draft.origin.start_time))} <q>{draft.text}</q>
      </p>
      <CopyButton content={() => draft.text} label={text.correct.copy} done={text.session.copied} />
      <button type="button" className="button" onClick={() => discard(draft)}>
        {text.correct.discard}
      </button>
    </div>
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
  shown: Shown | null,
  { open, write, close, save, restore }: Correcting,
  playFrom: Tools["playFrom"],
): Tools {
  const { account } = useAccount();
  const own = `intrascribe_user_${account?.user.id}_`;
  const version = shown?.version ?? null;
  return useMemo(
    () => ({
      sessionId: id,
      owned: role === "owner",
      mayCorrect: ({ participant_identity }: Segment) =>
        correctable && (role === "owner" || (participant_identity?.startsWith(own) ?? false)),
      version,
      correcting: { open, write, close, save, restore },
      renamed: reload,
      playFrom,
    }),
    [id, role, own, correctable, version, open, write, close, save, restore, reload, playFrom],
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
function Undo({ correcting, saving }: { correcting: Correcting; saving: boolean }) {
  const { undoable } = correcting.corrections;
  const [past, setPast] = useState<typeof undoable>(null);
  useEffect(() => {
    const timer = setTimeout(() => setPast(undoable), UNDO_MS);
    return () => clearTimeout(timer);
  }, [undoable]);
  return (
    <div className="undo" role="status">
      {saving && text.correct.saving}
      {!saving && undoable && undoable !== past && (
        <>
          {text.correct.done}
          <button
            type="button"
            className="button button-small"
            onClick={() => correcting.restore(undoable.segment, undoable.version, undoable.revision)}
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
