// The own microphone: on, off, which one, and why not.

import { useConnectionState, useLocalParticipant, useMediaDeviceSelect } from "@livekit/components-react";
import { ConnectionState, MediaDeviceFailure } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";
import { isMicrophoneWanted, wantMicrophone } from "../microphone";
import { text } from "../text";
import { Microphone, MicrophoneOff } from "./icons";
import { Hint } from "./notice";

export function MicrophoneControl() {
  const { on, busy, problem, set } = useMicrophone();
  return (
    <>
      {problem && <Hint>{problem}</Hint>}
      <button
        type="button"
        className={on ? "button button-microphone" : "button button-microphone button-off"}
        disabled={busy}
        onClick={() => set(!on)}
        data-testid="microphone"
      >
        {on ? <Microphone /> : <MicrophoneOff />}
        {on ? text.meeting.mute : text.meeting.unmute}
      </button>
      {on && <DeviceChoice />}
    </>
  );
}

function useMicrophone() {
  const { localParticipant, isMicrophoneEnabled: on } = useLocalParticipant();
  const connected = useConnectionState() === ConnectionState.Connected;
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const set = useCallback(
    async (wanted: boolean) => {
      wantMicrophone(wanted);
      setBusy(true);
      setProblem(null);
      try {
        await localParticipant.setMicrophoneEnabled(wanted);
      } catch (failure) {
        setProblem(reasonText(failure));
      } finally {
        setBusy(false);
      }
    },
    [localParticipant],
  );
  const begun = useRef(false);
  useEffect(() => {
    if (!connected || begun.current) return;
    begun.current = true;
    if (isMicrophoneWanted()) void set(true);
  }, [connected, set]);
  return { on, busy: busy || !connected, problem, set };
}

function DeviceChoice() {
  const { devices, activeDeviceId, setActiveMediaDevice } = useMediaDeviceSelect({ kind: "audioinput" });
  if (devices.length < 2) return null;
  return (
    <select
      className="device"
      aria-label={text.meeting.device}
      value={activeDeviceId}
      onChange={(event) => void setActiveMediaDevice(event.currentTarget.value)}
    >
      {devices.map((device) => (
        <option key={device.deviceId} value={device.deviceId}>
          {device.label || device.deviceId}
        </option>
      ))}
    </select>
  );
}

function reasonText(failure: unknown): string {
  if (!window.isSecureContext) return text.microphone.insecure;
  switch (MediaDeviceFailure.getFailure(failure)) {
    case MediaDeviceFailure.PermissionDenied:
      return text.microphone.denied;
    case MediaDeviceFailure.NotFound:
      return text.microphone.absent;
    case MediaDeviceFailure.DeviceInUse:
      return text.microphone.busy;
    default:
      return text.microphone.other;
  }
}
