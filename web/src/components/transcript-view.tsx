// The final words of a session, to read and to take along.

import { useMemo } from "react";
import type { Segment, Session } from "../api";
import { finals, withWords } from "../captions";
import type { Followed } from "../hooks";
import { text } from "../text";
import { fileName, plainText } from "../transcript";
import { CaptionList } from "./caption-list";
import { ConnectionState } from "./connection-state";
import { CopyButton } from "./copy-button";
import { Download } from "./icons";
import { Loading, ProblemNotice } from "./notice";

interface Props {
  session: Session;
  followed: Followed;
  ended: boolean;
}

export function Transcript({ session, followed, ended }: Props) {
  const { captions, problem, restart, connection } = followed;
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
      {segments.length > 0 && (
        <div className="card transcript-body">
          <CaptionList segments={segments} />
        </div>
      )}
    </section>
  );
}

function TakeAlong({ session, segments }: { session: Session; segments: readonly Segment[] }) {
  const save = () => {
    const address = URL.createObjectURL(
      new Blob([plainText(segments)], { type: "text/plain;charset=utf-8" }),
    );
    const link = document.createElement("a");
    link.href = address;
    link.download = fileName(session.title);
    link.click();
    // The download has begun by the next turn, and needs the address until then.
    setTimeout(() => URL.revokeObjectURL(address));
  };
  return (
    <div className="take-along">
      <CopyButton content={() => plainText(segments)} label={text.session.copy} done={text.session.copied} />
      <button type="button" className="button" onClick={save}>
        <Download />
        {text.session.download}
      </button>
    </div>
  );
}
