// One session outside of its room: what it is, the way in, who can come along, and its transcript.

import { useCallback, useEffect, useState } from "react";
import type { Session } from "../api";
import { useCurrentTranscript, useShown } from "../current-transcript";
import type { Evidence, Wanted } from "../evidence";
import { useTask, useTasks } from "../followed-task";
import { useApi, useCaptions, usePolled, useTitle } from "../hooks";
import { wantMicrophone } from "../microphone";
import { addressOf, go, type Spot } from "../place";
import type { Task, TaskKind } from "../tasks";
import { text } from "../text";
import { clock } from "../transcript";
import { ArrowLeft, Ear, Microphone } from "./icons";
import { Invite } from "./invite";
import { Microphones } from "./microphones";
import { Minutes } from "./minutes";
import { Loading, ProblemNotice } from "./notice";
import { useRecording } from "./playback";
import { StatusBadge } from "./status-badge";
import { Transcribing } from "./transcribing";
import { Transcript } from "./transcript-view";
import { Versions } from "./versions";

const REFRESH_MS = 10_000;
const CLOSED: ReadonlySet<string> = new Set(["cancelled", "archived", "processing", "failed"]);
const OF_THE_TRANSCRIPT: readonly TaskKind[] = ["transcribe", "join_recording", "second_pass"];
const BUSY: ReadonlySet<string> = new Set(["recording", "paused", "processing"]);

export function SessionPage({ id, at }: { id: string; at: Spot | null }) {
  const api = useApi();
  const loaded = usePolled(
    useCallback((signal: AbortSignal) => api.session(id, signal), [api, id]),
    REFRESH_MS,
  );
  // It may be deleted while it is looked at.
  const session = loaded.problem?.status === 404 ? null : loaded.value;
  useTitle(`${session?.title ?? text.session.transcript} · ${text.product}`);
  return (
    <article className="session">
      <a className="back" href={addressOf({ kind: "meetings" })}>
        <ArrowLeft />
        {text.back}
      </a>
      {loaded.problem && !session && <ProblemNotice problem={loaded.problem} retry={loaded.reload} />}
      {!session && !loaded.problem && <Loading />}
      {session && <SessionDetails session={session} at={at} reload={loaded.reload} />}
    </article>
  );
}

interface DetailsProps {
  session: Session;
  at: Spot | null;
  reload: () => void;
}

function SessionDetails({ session, at, reload }: DetailsProps) {
  const followed = useCaptions(session.id);
  const { status } = session;
  useReason(followed.captions.status, reload);
  const transcript = useCurrentTranscript(session.id, status, followed);
  const shown = useShown(transcript);
  const { value: recording, reload: reloadRecording } = useRecording(session.id);
  const [wanted, want] = useState(() => at && wantedAt(at));
  const lead = useCallback((evidence: Evidence) => want({ ...evidence, heard: true }), []);
  const renew = useCallback(() => {
    reload();
    transcript.reload();
  }, [reload, transcript.reload]);
  const tasks = useTasks(session.id, status);
  const ended = useCallback(
    ({ kind }: Task) => {
      tasks.reload();
      reloadRecording();
      if (kind === "join_recording") reload();
      else renew();
    },
    [tasks.reload, reloadRecording, reload, renew],
  );
  const transcribing = useTask(tasks, OF_THE_TRANSCRIPT, ended);
  useReason(endedSinceRead(session, transcribing.task), renew);
  const begun = useBegun(transcribing.begin, reload);
  return (
    <>
      <Head session={session} status={status} />
      {!CLOSED.has(status) && <WaysIn id={session.id} />}
      {session.invite_code && <Invite code={session.invite_code} />}
      <Transcribing session={session} followed={transcribing} begun={begun} />
      <Minutes
        session={session}
        tasks={tasks}
        said={(shown?.segments.length ?? 0) > 0}
        lead={lead}
        made={reload}
      />
      <Transcript
        session={session}
        transcript={transcript}
        shown={shown}
        connection={followed.connection}
        recording={recording}
        empty={transcript.segments && emptiness(status)}
        wanted={wanted}
      />
      {session.started_at && <Microphones session={session} begun={begun} />}
      {session.role === "owner" && !BUSY.has(status) && (recording || transcript.versions.length > 1) && (
        <Versions
          sessionId={session.id}
          versions={transcript.versions}
          recorded={recording !== null}
          begun={begun}
          changed={renew}
        />
      )}
    </>
  );
}

/** What is told is a reason to ask at once: kept, it would outlast what nobody tells of. */
function useReason(told: string | null, ask: () => void): void {
  useEffect(() => {
    if (told !== null) ask();
  }, [told, ask]);
}

/** What is done anew is no failure any more. */
function useBegun(begin: (taskId: string) => void, reload: () => void): (taskId: string) => void {
  return useCallback(
    (taskId: string) => {
      begin(taskId);
      reload();
    },
    [begin, reload],
  );
}

/** Work may end between the reading of a session and that of its tasks; then neither tells of the end. */
function endedSinceRead({ status }: Session, task: Task | null): string | null {
  return status === "processing" && task?.ready ? task.task_id : null;
}

/** Why there are no words; null where something else says it. */
function emptiness(status: string): string | null {
  switch (status) {
    case "processing":
    case "failed":
      return null;
    case "completed":
    case "cancelled":
      return text.session.nothingSaid;
    default:
      return text.session.nothingYet;
  }
}

function wantedAt({ segmentId, start }: Spot): Wanted {
  return { segment_ids: [segmentId], start_time: start, heard: false };
}

function Head({ session, status }: { session: Session; status: string }) {
  return (
    <header className="session-head">
      <h1>{session.title || text.untitled}</h1>
      <p className="session-facts">
        <StatusBadge status={status} />
        <When session={session} />
      </p>
    </header>
  );
}

function When({ session }: { session: Session }) {
  const began = new Date(session.started_at ?? session.created_at);
  return (
    <span>
      <time dateTime={began.toISOString()}>
        {began.toLocaleString(undefined, { dateStyle: "long", timeStyle: "short" })}
      </time>
      {session.duration_seconds ? ` · ${clock(session.duration_seconds)}` : null}
    </span>
  );
}

function WaysIn({ id }: { id: string }) {
  const join = (withMicrophone: boolean) => {
    wantMicrophone(withMicrophone);
    go({ kind: "meeting", id });
  };
  return (
    <div className="ways-into">
      <button type="button" className="button button-main" onClick={() => join(true)}>
        <Microphone />
        {text.session.joinSpeaking}
      </button>
      <button type="button" className="button" onClick={() => join(false)}>
        <Ear />
        {text.session.joinListening}
      </button>
    </div>
  );
}
