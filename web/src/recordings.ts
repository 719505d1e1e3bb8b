// Recordings that become transcripts: sent, transcribed again, and the versions that come of it.

import type { Api, Segment } from "./api";
import type { Sent } from "./sending";

export interface Recording {
  file: File;
  title: string;
  /** Empty: the server finds out. */
  language: string;
  channelsAsSpeakers: boolean;
}

export interface Received {
  task_id: string;
  session_id: string;
  status: "processing" | "completed" | "failed" | "cancelled";
  /** The same recording was sent before, and this is its session. */
  known: boolean;
}

export type Source = "live" | "first_pass" | "upload" | "retranscription" | "import";

export interface Version {
  id: string;
  session_id: string;
  source: Source;
  language: string;
  word_count: number;
  is_current: boolean;
  status: string;
  created_at: string;
}

export interface VersionChoice {
  language: string;
  channelsAsSpeakers: boolean;
}

interface TranscriptPage {
  segments: Segment[];
  next_offset: number | null;
}

const PAGE = 5000;

export function sendRecording(
  api: Api,
  recording: Recording,
  sent: Sent,
  signal: AbortSignal,
): Promise<Received> {
  return api.sendForm("/transcriptions/batch", formOf(recording), sent, signal);
}

export async function retranscribe(api: Api, sessionId: string, choice: VersionChoice): Promise<string> {
  const asked = new URLSearchParams({
    ...(choice.language && { language: choice.language }),
    ...(choice.channelsAsSpeakers && { channels_as_speakers: "true" }),
  });
  const path = `/v2/sessions/${encodeURIComponent(sessionId)}/retranscribe?${asked}`;
  return (await api.request<{ task_id: string }>(path, { method: "POST" })).task_id;
}

/** Newest first. */
export function versionsOf(api: Api, sessionId: string, signal: AbortSignal): Promise<Version[]> {
  return api.request(`/sessions/${encodeURIComponent(sessionId)}/transcriptions`, { signal });
}

/** All of the current version. */
export async function currentSegments(api: Api, sessionId: string, signal: AbortSignal): Promise<Segment[]> {
  const segments: Segment[] = [];
  let offset: number | null = 0;
  while (offset !== null) {
    const path: string = `/sessions/${encodeURIComponent(sessionId)}/transcript?limit=${PAGE}&offset=${offset}`;
    const page: TranscriptPage = await api.request(path, { signal });
    segments.push(...page.segments);
    offset = page.next_offset;
  }
  return segments;
}

/** Lets an earlier version count again; all that there are stay as they are. */
export async function bringBack(api: Api, { id, session_id }: Version): Promise<void> {
  const path = `/sessions/${encodeURIComponent(session_id)}/transcriptions/${encodeURIComponent(id)}/restore`;
  await api.send(path, { method: "POST" });
}

/** Fields before the file, so that the server knows them when the file arrives. */
function formOf({ file, title, language, channelsAsSpeakers }: Recording): FormData {
  const form = new FormData();
  if (title) form.set("title", title);
  if (language) form.set("language", language);
  if (channelsAsSpeakers) form.set("channels_as_speakers", "true");
  form.set("audio_file", file);
  return form;
}
