// The recording of a meeting, to hear it again from any place.

import { type RefObject, useCallback, useState } from "react";
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

interface Props {
  file: AudioFile;
  player: RefObject<HTMLAudioElement | null>;
}

/** With another file it begins anew. */
export function Playback({ file, player }: Props) {
  // The same file comes under another address some time: taken while the old one is good, it would stop what is heard.
  const [good, setGood] = useState<string | null>(null);
  return (
    <figure className="playback card" data-testid="playback">
      <figcaption>{text.session.recording}</figcaption>
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript below has every word */}
      <audio
        ref={player}
        src={good ?? file.public_url}
        onLoadedMetadata={(event) => setGood(event.currentTarget.getAttribute("src"))}
        onError={() => setGood(null)}
        controls
        preload="metadata"
      />
    </figure>
  );
}
