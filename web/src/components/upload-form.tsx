// Sends a recording to be transcribed: chosen, or dropped anywhere on the page.

import { type FormEvent, useCallback, useEffect, useState } from "react";
import { languages, text } from "../text";
import { useUpload } from "../upload";
import { Upload } from "./icons";
import { ProblemNotice } from "./notice";
import { ProgressBar } from "./progress-bar";

const KINDS = "audio/*,video/*,.mka,.mkv,.opus,.wma,.amr,.ac3,.caf";
const MEGABYTE = 1_000_000;

export function UploadForm() {
  const { sending, problem, send, cancel } = useUpload();
  const [file, setFile] = useState<File | null>(null);
  const over = useDroppedFile(setFile);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!file) return;
    const form = new FormData(event.currentTarget);
    send({
      file,
      title: String(form.get("title")).trim(),
      language: String(form.get("language")),
      channelsAsSpeakers: form.has("channels"),
    });
  };
  return (
    <form className="card form" onSubmit={submit} aria-labelledby="upload-heading" data-testid="upload">
      <h2 id="upload-heading">{text.upload.heading}</h2>
      <Chosen file={file} over={over} choose={setFile} />
      {file && <Wishes file={file} hidden={sending !== null} />}
      {problem && !sending && (
        <ProblemNotice problem={problem} advice={text.upload.advice[problem.code] ?? null} />
      )}
      {sending ? (
        <>
          <ProgressBar label={text.upload.sending(sending.name)} share={sending.share} />
          <button type="button" className="button" onClick={cancel}>
            {text.upload.cancel}
          </button>
        </>
      ) : (
        <button type="submit" className="button button-main" disabled={!file}>
          {text.upload.submit}
        </button>
      )}
    </form>
  );
}

interface ChosenProps {
  file: File | null;
  over: boolean;
  choose: (file: File | null) => void;
}

function Chosen({ file, over, choose }: ChosenProps) {
  return (
    <label className={over ? "drop drop-over" : "drop"}>
      <Upload />
      <span>{file ? text.upload.chosen(file.name, megabytes(file.size)) : text.upload.choose}</span>
      <input
        type="file"
        className="drop-input"
        accept={KINDS}
        onChange={(event) => choose(event.target.files?.[0] ?? null)}
      />
    </label>
  );
}

/** Hidden, they stay as they were chosen: what could not be sent is sent again. */
function Wishes({ file, hidden }: { file: File; hidden: boolean }) {
  return (
    <div className="form-part" hidden={hidden}>
      <label>
        {text.meetings.title}
        <input name="title" maxLength={200} placeholder={file.name.replace(/\.[^.]*$/, "")} />
      </label>
      <label>
        {text.meetings.language}
        <select name="language" defaultValue="">
          <option value="">{text.upload.anyLanguage}</option>
          {languages.map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label className="choice">
        <input type="checkbox" name="channels" />
        {text.upload.channels}
      </label>
    </div>
  );
}

function megabytes(bytes: number): string {
  return Math.max(0.1, bytes / MEGABYTE).toLocaleString(undefined, {
    maximumFractionDigits: 1,
    minimumFractionDigits: 1,
  });
}

/** Whether something that could be dropped is held over the page. */
function useDroppedFile(dropped: (file: File) => void): boolean {
  const [over, setOver] = useState(false);
  const held = useCallback((event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    setOver(true);
  }, []);
  const left = useCallback((event: DragEvent) => !event.relatedTarget && setOver(false), []);
  const drop = useCallback(
    (event: DragEvent) => {
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      setOver(false);
      dropped(file);
    },
    [dropped],
  );
  useEffect(() => {
    window.addEventListener("dragover", held);
    window.addEventListener("dragleave", left);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", held);
      window.removeEventListener("dragleave", left);
      window.removeEventListener("drop", drop);
    };
  }, [held, left, drop]);
  return over;
}
