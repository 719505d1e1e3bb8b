// What is seen in a meeting: captions, people, the invitation and the controls.

import { RoomAudioRenderer, StartAudio, useConnectionState } from "@livekit/components-react";
import { ConnectionState } from "livekit-client";
import { useCallback, useMemo } from "react";
import { useApi, useCaptions, usePolled, useTitle } from "../hooks";
import { text } from "../text";
import { colours } from "../transcript";
import { Leave } from "./icons";
import { Invite } from "./invite";
import { LiveCaptions } from "./live-captions";
import { MicrophoneControl } from "./microphone-control";
import { Hint } from "./notice";
import { People } from "./people";
import { RecordingNotice } from "./recording-notice";

const STATUS_MS = 10_000;
const SESSION_MS = 30_000;

export function MeetingRoom({ id, leave }: { id: string; leave: () => void }) {
  const api = useApi();
  const { value: session } = usePolled(
    useCallback((signal: AbortSignal) => api.session(id, signal), [api, id]),
    SESSION_MS,
  );
  const followed = useCaptions(id);
  const listening = useListening(id, followed.captions.agent);
  const connection = useConnectionState();
  const coloured = useMemo(() => colours(followed.captions.segments), [followed.captions.segments]);
  const title = session?.title ?? "";
  useTitle(`${title} · ${text.product}`);
  return (
    <div className="meeting" data-testid="meeting" data-state={connection}>
      <h1>{title}</h1>
      <RecordingNotice id={id} owned={session?.role === "owner"} />
      {isLost(connection) && <Hint>{text.meeting.roomReconnecting}</Hint>}
      <LiveCaptions followed={followed} listening={listening} />
      <aside>
        <People coloured={coloured} />
        {session?.invite_code && <Invite code={session.invite_code} />}
      </aside>
      <div className="controls">
        <MicrophoneControl />
        <StartAudio className="button" label={text.meeting.startAudio} />
        <button type="button" className="button button-leave" onClick={leave}>
          <Leave />
          {text.meeting.leave}
        </button>
      </div>
      <RoomAudioRenderer />
    </div>
  );
}

/** Events tell at once; asking tells also of an agent that died without a word. */
function useListening(id: string, changed: string | null): boolean {
  const api = useApi();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change is a reason to ask again
  const ask = useCallback((signal: AbortSignal) => api.status(id, signal), [api, id, changed]);
  const { value } = usePolled(ask, STATUS_MS);
  return (value?.agent ?? changed) === "listening";
}

function isLost(state: ConnectionState): boolean {
  return state === ConnectionState.Reconnecting || state === ConnectionState.SignalReconnecting;
}
