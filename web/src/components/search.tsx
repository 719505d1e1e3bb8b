// Finding meetings again: by their titles, and by what was said in them.

import { useCallback } from "react";
import type { Found } from "../api";
import { piecesOf } from "../found";
import { useApi, useLoaded } from "../hooks";
import { addressOf } from "../place";
import { text } from "../text";
import { clock } from "../transcript";
import { Loading, ProblemNotice } from "./notice";

interface BoxProps {
  words: string;
  change: (words: string) => void;
}

export function SearchBox({ words, change }: BoxProps) {
  return (
    <search className="search-box">
      <input
        type="search"
        aria-label={text.search.label}
        placeholder={text.search.label}
        maxLength={200}
        value={words}
        onChange={(event) => change(event.target.value)}
      />
    </search>
  );
}

export function SearchResults({ words }: { words: string }) {
  const api = useApi();
  const { value, problem, reload } = useLoaded(
    useCallback((signal: AbortSignal) => api.search(words, signal), [api, words]),
  );
  return (
    <div aria-live="polite" data-testid="found">
      {problem && <ProblemNotice problem={problem} retry={reload} />}
      {!value && !problem && <Loading />}
      {value?.length === 0 && <p className="empty card">{text.search.nothing(words)}</p>}
      {value && value.length > 0 && (
        <ul className="session-list card">
          {value.map((found) => (
            <Result key={`${found.session_id} ${found.segment_id ?? ""}`} found={found} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Result({ found }: { found: Found }) {
  return (
    <li>
      <a href={addressOf({ kind: "session", id: found.session_id })}>
        <span className="session-title">{found.title || text.untitled}</span>
        {found.kind === "segment" && (
          <span className="found-words">
            {found.speaker && `${found.speaker}, `}
            {found.start_time !== null && `${clock(found.start_time)}: `}
            {found.starts_late && "…"}
            {piecesOf(found).map((piece) =>
              piece.hit ? <mark key={piece.start}>{piece.text}</mark> : piece.text,
            )}
            {found.ends_early && "…"}
          </span>
        )}
      </a>
    </li>
  );
}
