// Finds meetings by their titles and by what was said in them.

import { type ReactNode, useCallback, useEffect, useState } from "react";
import type { Found, SearchResult } from "../api";
import { pieces } from "../highlights";
import { useApi, useLoaded } from "../hooks";
import { addressOf, type Place } from "../place";
import { text } from "../text";
import { clock } from "../transcript";
import { Loading, ProblemNotice } from "./notice";

const PAUSE_MS = 300;

/** Shows what is found, or `children` while nothing is looked for. */
export function Search({ children }: { children: ReactNode }) {
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setAsked(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <>
      <input
        type="search"
        className="search"
        aria-label={text.search.label}
        placeholder={text.search.label}
        maxLength={200}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      {asked ? <Results key={asked} asked={asked} /> : children}
    </>
  );
}

function Results({ asked }: { asked: string }) {
  const api = useApi();
  const { value, problem, reload } = useLoaded<Found>(
    useCallback((signal: AbortSignal) => api.search(asked, signal), [api, asked]),
  );
  return (
    <>
      <p className="only-read-aloud" role="status">
        {value && text.search.found(value.results.length)}
      </p>
      {problem && <ProblemNotice problem={problem} retry={reload} />}
      {!value && !problem && <Loading />}
      {value?.results.length === 0 && <p className="empty card">{text.search.nothing}</p>}
      {value && value.results.length > 0 && (
        <ul className="session-list card">
          {value.results.map((result) => (
            <Result key={`${result.session_id} ${result.segment_id}`} result={result} />
          ))}
        </ul>
      )}
      {value?.next_cursor && <p className="hint">{text.search.more}</p>}
    </>
  );
}

function placeOf({ session_id: id, segment_id: segmentId, start_time: start }: SearchResult): Place {
  return segmentId ? { kind: "session", id, at: { segmentId, start: start ?? 0 } } : { kind: "session", id };
}

function Result({ result }: { result: SearchResult }) {
  const created = new Date(result.session_created_at);
  return (
    <li>
      <a href={addressOf(placeOf(result))} data-testid="found">
        <span className="found">
          {result.starts_late && "… "}
          {pieces(result.snippet, result.matches).map(({ start, words, found }) =>
            found ? <mark key={start}>{words}</mark> : <span key={start}>{words}</span>,
          )}
          {result.ends_early && " …"}
        </span>
        <time dateTime={created.toISOString()}>
          {result.kind === "segment" &&
            `${result.title || text.untitled} · ${result.speaker} · ${clock(result.start_time ?? 0)} · `}
          {created.toLocaleDateString(undefined, { dateStyle: "medium" })}
        </time>
      </a>
    </li>
  );
}
