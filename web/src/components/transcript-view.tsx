// The final words of a session, to read and to take along.

import { useCallback, useMemo, useRef } from "react";
import type { Segment, Session } from "../api";
import { finals, withWords } from "../captions";
import type { Followed } from "../hooks";
import { text } from "../text";
import { plainText } from "../transcript";
import { CaptionList } from "./caption-list";
import { ConnectionState } from "./connection-state";
import { CopyButton } from "./copy-button";
import { ExportMenu } from "./export-menu";
import { Loading, ProblemNotice } from "./notice";
import { Playback, useRecording } from "./playback";

interface Props {
  session: Session;
  followed: Followed;
  ended: boolean;
}

export function Transcript({ session, followed, ended }: Props) {
  const { captions, problem, restart, connection } = followed;
  const player = useRef<HTMLAudioElement>(null);
  const recording = useRecording(session.id);
  const seek = useCallback((seconds: number) => {
    if (!player.current) return;
    player.current.currentTime = seconds;
    void player.current.play();
  }, []);
  const segments = useMemo(() => withWords(finals(captions.segments)), [captions.segments]);
  return (
    <section className="transcript" aria-labelledby="transcript-heading" data-testid="transcript">
      <div className="transcript-head">
        <h2 id="transcript-heading">{text.session.transcript}</h2>
        <ConnectionState connection={connection} quiet />
        {segments.length > 0 && <TakeAlong session={session} segments={segments} />}
      </div>
      {problem && <ProblemNotice problem={problem} retry={restart} />}
      {!captions.loaded && !problem && <Loading />}
      {captions.loaded && segments.length === 0 && (
        <p className="empty card" data-testid="transcript-empty">
          {ended ? text.session.nothingSaid : text.session.nothingYet}
        </p>
      )}
      {recording && <Playback file={recording} player={player} />}
      {segments.length > 0 && (
        <div className="card transcript-body">
          <CaptionList
            segments={segments}
            renamedIn={session.role === "owner" ? session.id : null}
            playFrom={recording ? seek : null}
          />
        </div>
      )}
    </section>
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
