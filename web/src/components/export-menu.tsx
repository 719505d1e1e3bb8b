// The transcript as a file in one of the forms that the API writes.

import { useCallback, useState } from "react";
import { type ExportFormat, exportFormats, type Session } from "../api";
import { useAction, useApi } from "../hooks";
import { text } from "../text";
import { fileName } from "../transcript";
import { Download } from "./icons";
import { ProblemNotice } from "./notice";

export function ExportMenu({ session }: { session: Session }) {
  const api = useApi();
  const [format, setFormat] = useState<ExportFormat>("txt");
  const { run, busy, problem } = useAction(
    useCallback(async () => {
      save(await api.exported(session.id, format), fileName(session.title, format));
    }, [api, session.id, session.title, format]),
  );
  return (
    <>
      <select
        aria-label={text.session.format}
        value={format}
        onChange={(event) => setFormat(event.target.value as ExportFormat)}
      >
        {exportFormats.map((each) => (
          <option key={each} value={each}>
            {text.formats[each]}
          </option>
        ))}
      </select>
      <button type="button" className="button" onClick={run} disabled={busy}>
        <Download />
        {text.session.download}
      </button>
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
