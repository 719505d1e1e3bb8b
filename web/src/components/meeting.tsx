// In the room of a session: gets the way in from the API, then stays connected until one leaves.

import { LiveKitRoom } from "@livekit/components-react";
import { DisconnectReason, LogLevel, setLogLevel } from "livekit-client";
import { useCallback, useReducer, useState } from "react";
import { focusOnce } from "../focus";
import { useApi, useLoaded } from "../hooks";
import { addressOf, goInstead } from "../place";
import { text } from "../text";
import { MeetingRoom } from "./meeting-room";
import { Loading, ProblemNotice } from "./notice";

setLogLevel(LogLevel.warn);

export function Meeting({ id }: { id: string }) {
  const [visit, again] = useReducer((count: number) => count + 1, 0);
  return <Visit key={visit} id={id} again={again} />;
}

/** With one token. What becomes of its room says nothing of the next one's. */
function Visit({ id, again }: { id: string; again: () => void }) {
  const api = useApi();
  const { value, problem, reload } = useLoaded(
    useCallback((signal: AbortSignal) => api.connectionDetails(id, signal), [api, id]),
  );
  const [ended, setEnded] = useState<string | null>(null);
  // LiveKitRoom connects anew when one of these changes.
  const onDisconnected = useCallback((reason?: DisconnectReason) => {
    if (reason !== DisconnectReason.CLIENT_INITIATED) setEnded(reasonText(reason));
  }, []);
  const onError = useCallback(() => setEnded(text.disconnected.refused), []);
  const leave = () => goInstead({ kind: "session", id });
  if (problem) {
    return (
      <>
        <ProblemNotice problem={problem} retry={reload} />
        <a className="button" href={addressOf({ kind: "session", id })}>
          {text.session.transcript}
        </a>
      </>
    );
  }
  if (!value) return <Loading label={text.meeting.joining} />;
  if (ended) return <Ended reason={ended} again={again} leave={leave} />;
  return (
    <LiveKitRoom
      className="room"
      serverUrl={value.serverUrl}
      token={value.participantToken}
      onDisconnected={onDisconnected}
      onError={onError}
    >
      <MeetingRoom id={id} leave={leave} />
    </LiveKitRoom>
  );
}

function Ended({ reason, again, leave }: { reason: string; again: () => void; leave: () => void }) {
  return (
    <div className="notice notice-problem" role="alert" data-testid="disconnected">
      <p>{reason}</p>
      <button type="button" className="button button-main" onClick={again} ref={focusOnce}>
        {text.meeting.rejoin}
      </button>
      <button type="button" className="button" onClick={leave}>
        {text.session.transcript}
      </button>
    </div>
  );
}

function reasonText(reason: DisconnectReason | undefined): string {
  switch (reason) {
    case DisconnectReason.DUPLICATE_IDENTITY:
      return text.disconnected.duplicate;
    case DisconnectReason.PARTICIPANT_REMOVED:
      return text.disconnected.removed;
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return text.disconnected.closed;
    default:
      return text.disconnected.lost;
  }
}
