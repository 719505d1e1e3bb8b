// The part of the public API that the page uses, typed.

import { nextPage } from "./paging";
import { Problem, problemFrom } from "./problem";
import { reach } from "./reaching";
import { type Sent, sendForm } from "./sending";

export interface User {
  id: string;
  email: string;
  username: string;
  full_name: string | null;
}

export interface TokenGrant {
  access_token: string;
  expires_in: number;
  user: User;
}

export interface Session {
  id: string;
  title: string;
  status: string;
  language: string;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  duration_seconds: number | null;
  invite_code: string | null;
  role: string;
  /** Of its minutes. */
  template_id: string | null;
}

/** A recording; `mix` has everybody and lies on the session's clock. */
export interface AudioFile {
  id: string;
  kind: "upload" | "mix" | "participant";
  public_url: string;
  duration_seconds: number;
}

export interface ConnectionDetails {
  serverUrl: string;
  roomName: string;
  participantName: string;
  participantToken: string;
  sessionId: string;
}

export interface Segment {
  segment_id: string;
  revision: number;
  speaker: string;
  participant_identity: string | null;
  start_time: number;
  end_time: number;
  text: string;
  language: string | null;
  is_final: boolean;
}

/** Somebody is called otherwise: in these segments, or in all that are shown under the old name. */
export interface SpeakerRenamed {
  old_speaker: string;
  new_speaker: string;
  segment_ids: string[] | null;
}

export interface Transcription {
  segments: Segment[];
  position: string;
}

export type AgentState = "listening" | "absent" | "left";

export interface SessionStatus {
  status: string;
  agent: AgentState;
}

export const exportFormats = ["txt", "md", "docx", "srt", "vtt", "json"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface SessionList {
  sessions: Session[];
  more: boolean;
}

export interface SearchResult {
  kind: "title" | "segment";
  session_id: string;
  title: string;
  session_created_at: string;
  segment_id: string | null;
  speaker: string | null;
  start_time: number | null;
  snippet: string;
  matches: [start: number, end: number][];
  starts_late: boolean;
  ends_early: boolean;
}

export interface Found {
  results: SearchResult[];
  next_cursor: string | null;
}

export interface NewSession {
  title?: string;
  language: string;
}

/** Without a title of one's own, the server gives one until it knows what was spoken of. */
export function newSession(title: string, language: string): NewSession {
  const own = title.trim();
  return own ? { title: own, language } : { language };
}

/** What is needed before anybody has signed in. */
export const publicApi = {
  config: (signal: AbortSignal) => request<{ development_sign_in: boolean }>("/auth/config", { signal }),
  developmentToken: (email: string, fullName: string) =>
    request<TokenGrant>("/auth/development-token", post({ email, ...(fullName && { full_name: fullName }) })),
};

export class Api {
  constructor(
    private readonly token: string,
    private readonly onUnauthenticated: () => void,
  ) {}

  async request<T>(path: string, init: RequestInit): Promise<T> {
    return (await this.send(path, init)).json() as Promise<T>;
  }

  async send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${this.token}`);
    try {
      return await send(path, { ...init, headers });
    } catch (failure) {
      throw this.noticed(failure);
    }
  }

  /** Sends a form whose way one wants to see: `fetch` does not tell how much has been sent. */
  async sendForm<T>(path: string, form: FormData, sent: Sent, signal: AbortSignal): Promise<T> {
    const headers = { Authorization: `Bearer ${this.token}`, Prefer: "respond-async" };
    try {
      return (await (await sendForm(addressOf(path), form, headers, sent, signal)).json()) as T;
    } catch (failure) {
      throw this.noticed(failure);
    }
  }

  private noticed(failure: unknown): unknown {
    if (failure instanceof Problem && failure.status === 401) this.onUnauthenticated();
    return failure;
  }

  /** So many pages from the newest on, together. */
  async sessions(pages: number, signal: AbortSignal): Promise<SessionList> {
    const sessions: Session[] = [];
    let next: string | null = "/sessions?limit=50";
    for (let page = 0; page < pages && next; page++) {
      const response: Response = await this.send(next, { signal });
      sessions.push(...((await response.json()) as Session[]));
      next = nextPage(response.headers.get("Link"));
    }
    return { sessions, more: next !== null };
  }

  rename(id: string, title: string): Promise<Session> {
    return this.request(`/sessions/${encodeURIComponent(id)}`, { ...post({ title }), method: "PATCH" });
  }

  /** Best first. */
  audioFiles(id: string, signal: AbortSignal): Promise<AudioFile[]> {
    return this.request(`/sessions/${encodeURIComponent(id)}/audio_files`, { signal });
  }

  async record(id: string, record: boolean): Promise<void> {
    await this.send(`/sessions/${encodeURIComponent(id)}`, { ...post({ record }), method: "PATCH" });
  }

  /** The transcript as a file. */
  async exported(id: string, format: ExportFormat): Promise<Blob> {
    return (await this.send(`/sessions/${encodeURIComponent(id)}/export?format=${format}`, {})).blob();
  }

  async renameSpeaker(id: string, oldSpeaker: string, newSpeaker: string): Promise<void> {
    await this.send(`/sessions/${encodeURIComponent(id)}/rename-speaker`, post({ oldSpeaker, newSpeaker }));
  }

  async remove(id: string): Promise<void> {
    await this.send(`/sessions/${encodeURIComponent(id)}`, { method: "DELETE" });
  }

  session(id: string, signal: AbortSignal): Promise<Session> {
    return this.request(`/sessions/${encodeURIComponent(id)}`, { signal });
  }

  search(asked: string, signal: AbortSignal): Promise<Found> {
    return this.request(`/search?limit=50&q=${encodeURIComponent(asked)}`, { signal });
  }

  create(session: NewSession): Promise<Session> {
    return this.request("/sessions", post(session));
  }

  join(inviteCode: string): Promise<Session> {
    return this.request("/sessions/join", post({ invite_code: inviteCode }));
  }

  connectionDetails(sessionId: string, signal: AbortSignal): Promise<ConnectionDetails> {
    return this.request("/livekit/connection-details", { ...post({ session_id: sessionId }), signal });
  }

  status(sessionId: string, signal: AbortSignal): Promise<SessionStatus> {
    return this.request(`/realtime/sessions/${encodeURIComponent(sessionId)}/status`, { signal });
  }

  transcription(sessionId: string, signal: AbortSignal): Promise<Transcription> {
    return this.request(`/realtime/sessions/${encodeURIComponent(sessionId)}/transcription`, { signal });
  }

  /** The stream of what happens after a position; the caller reads and closes its body. */
  events(sessionId: string, position: string, signal: AbortSignal): Promise<Response> {
    const path = `/realtime/sessions/${encodeURIComponent(sessionId)}/events?after=${encodeURIComponent(position)}`;
    return this.send(path, { signal, headers: { Accept: "text/event-stream" }, cache: "no-store" });
  }
}

export function post(body: object): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

async function request<T>(path: string, init: RequestInit): Promise<T> {
  return (await send(path, init)).json() as Promise<T>;
}

/** Paths are of version 1, unless they name another. */
function addressOf(path: string): string {
  return path.startsWith("/v2/") ? `/api${path}` : `/api/v1${path}`;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const response = await reach(addressOf(path), init);
  if (!response.ok) throw await problemFrom(response);
  return response;
}
