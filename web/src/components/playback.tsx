// The recording of a meeting, to hear it again from any place.

import { type RefObject, useCallback } from "react";
import type { AudioFile } from "../api";
import { type Loaded, useApi, usePolled } from "../hooks";
import { text } from "../text";

const REFRESH_MS = 15_000;

/** The file that has everything, once there is one. */
export function useRecording(id: string): Loaded<AudioFile | null> {
  const api = useApi();
  return usePolled(
    useCallback(async (signal: AbortSignal) => (await api.audioFiles(id, signal))[0] ?? null, [api, id]),
    REFRESH_MS,
  );
}

export function Playback({ file, player }: { file: AudioFile; player: RefObject<HTMLAudioElement | null> }) {
  return (
    <figure className="playback card" data-testid="playback">
      <figcaption>{text.session.recording}</figcaption>
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript below has every word */}
      <audio key={file.id} ref={player} src={file.public_url} controls preload="metadata" />
    </figure>
  );
}
