// The recording that is being sent, whatever place of the page one is at meanwhile.

import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { Api } from "./api";
import { useStaying } from "./hooks";
import { asProblem, type Problem } from "./problem";
import { type Received, type Recording, sendRecording } from "./recordings";

export interface Upload {
  /** What is on its way, and the share of it that has been sent. */
  sending: { name: string; share: number } | null;
  problem: Problem | null;
  send: (recording: Recording) => void;
  cancel: () => void;
}

const UploadContext = createContext<Upload | null>(null);
export const UploadProvider = UploadContext.Provider;

export function useUpload(): Upload {
  const upload = useContext(UploadContext);
  if (!upload) throw new Error("There is no account around this component");
  return upload;
}

/** One at a time; it ends with the component that owns it. */
export function useUploadOwner(api: Api, received: (answer: Received) => void): Upload {
  const [sending, setSending] = useState<Upload["sending"]>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const controller = useRef<AbortController | null>(null);
  const cancel = useCallback(() => controller.current?.abort(), []);
  const send = useCallback(
    (recording: Recording) => {
      controller.current?.abort();
      const mine = new AbortController();
      controller.current = mine;
      const { name } = recording.file;
      setProblem(null);
      setSending({ name, share: 0 });
      sendRecording(api, recording, (sent, total) => setSending({ name, share: sent / total }), mine.signal)
        .then(received)
        .catch((thrown: unknown) => {
          if (!mine.signal.aborted) setProblem(asProblem(thrown));
        })
        .finally(() => controller.current === mine && setSending(null));
    },
    [api, received],
  );
  useEffect(() => cancel, [cancel]);
  useStaying(sending !== null);
  return useMemo(() => ({ sending, problem, send, cancel }), [sending, problem, send, cancel]);
}
