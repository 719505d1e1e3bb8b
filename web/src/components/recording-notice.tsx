// Whether the meeting is being recorded: everybody in it sees that, and its owner decides it.

import { useRoomInfo } from "@livekit/components-react";
import { useCallback } from "react";
import { useAction, useApi } from "../hooks";
import { recordingOf } from "../recording";
import { text } from "../text";
import { ProblemNotice } from "./notice";

export function RecordingNotice({ id, owned }: { id: string; owned: boolean }) {
  const api = useApi();
  const recording = recordingOf(useRoomInfo().metadata);
  const record = useCallback((on: boolean) => api.record(id, on), [api, id]);
  const { run, busy, problem } = useAction(record);
  if (recording === null) return null;
  return (
    <div className="recording">
      <span role="status" data-testid="recording" data-state={recording ? "on" : "off"}>
        <span className={recording ? "lamp lamp-recording" : "lamp"} aria-hidden="true" />
        {recording ? text.meeting.recording : text.meeting.notRecording}
      </span>
      {owned && (
        <button type="button" className="button button-small" disabled={busy} onClick={() => run(!recording)}>
          {recording ? text.meeting.stopRecording : text.meeting.startRecording}
        </button>
      )}
      {problem && <ProblemNotice problem={problem} />}
    </div>
  );
}
