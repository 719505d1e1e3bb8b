// The final words of a session, to read and to take along.

import { useCallback, useMemo } from "react";
import { type ExportFormat, exportFormats, type Segment, type Session } from "../api";
import { finals, withWords } from "../captions";
import { type Followed, useAction, useApi } from "../hooks";
import { text } from "../text";
import { fileName, plainText } from "../transcript";
import { CaptionList } from "./caption-list";
import { ConnectionState } from "./connection-state";
import { CopyButton } from "./copy-button";
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
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(
      async (format: ExportFormat) => {
        save(await api.exported(session.id, format), fileName(session.title, format));
      },
      [api, session.id, session.title],
    ),
  );
  return (
    <>
      <div className="take-along">
        <CopyButton
          content={() => plainText(segments)}
          label={text.session.copy}
          done={text.session.copied}
        />
        <select
          className="button"
          aria-label={text.session.download}
          data-testid="download"
          disabled={busy}
          value=""
          onChange={(event) => run(event.target.value as ExportFormat)}
        >
          <option value="" disabled>
            {text.session.download}
          </option>
          {exportFormats.map((format) => (
            <option key={format} value={format}>
              {text.session.formats[format]}
            </option>
          ))}
        </select>
      </div>
      {problem && <ProblemNotice problem={problem} />}
    </>
  );
}

function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun by the next turn, and needs the address until then.
  setTimeout(() => URL.revokeObjectURL(address));
}
