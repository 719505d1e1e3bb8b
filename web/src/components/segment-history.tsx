// All that a segment has been, and the way back to it.

import { useCallback } from "react";
import type { Segment } from "../api";
import { historyOf } from "../correcting";
import { useApi, useLoaded } from "../hooks";
import { text } from "../text";
import type { Tools } from "./caption-list";
import { Loading, ProblemNotice } from "./notice";

export function SegmentHistory({ segment, tools }: { segment: Segment; tools: Tools }) {
  const api = useApi();
  const { segment_id } = segment;
  const { value, problem, reload } = useLoaded(
    useCallback(
      (signal: AbortSignal) => historyOf(api, tools.sessionId, segment_id, signal),
      [api, tools.sessionId, segment_id],
    ),
  );
  if (problem) return <ProblemNotice problem={problem} retry={reload} />;
  if (!value) return <Loading />;
  return (
    <ol className="history" data-testid="history">
      {value.map((each) => (
        <li key={each.revision}>
          <span>
            <b>{each.speaker}</b> {each.text || text.correct.removed}
          </span>
          <span className="hint">
            {each.made_by_name ?? text.correct.recognised} ·{" "}
            <time dateTime={each.made_at}>{new Date(each.made_at).toLocaleString()}</time>
          </span>
          {each.is_current ? (
            <span className="hint">{text.correct.now}</span>
          ) : (
            <button
              type="button"
              className="button button-small"
              onClick={() => tools.correcting.restore(segment, tools.version, each.revision)}
            >
              {text.correct.restore}
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}
