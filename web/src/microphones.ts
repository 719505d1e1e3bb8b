// Whose microphones several people share.

import { type Api, post } from "./api";

export interface MemberMicrophone {
  user_id: string;
  name: string;
  shared: boolean;
}

export async function microphonesOf(
  api: Api,
  sessionId: string,
  signal: AbortSignal,
): Promise<MemberMicrophone[]> {
  const answer = await api.request<{ microphones: MemberMicrophone[] }>(pathOf(sessionId), { signal });
  return answer.microphones;
}

/** The task that hears a recorded meeting again with it; null while there is nothing to hear. */
export async function shareMicrophone(
  api: Api,
  sessionId: string,
  { user_id }: MemberMicrophone,
  shared: boolean,
): Promise<string | null> {
  const path = `${pathOf(sessionId)}/${encodeURIComponent(user_id)}`;
  return (await api.request<{ task_id: string | null }>(path, { ...post({ shared }), method: "PUT" }))
    .task_id;
}

function pathOf(sessionId: string): string {
  return `/v2/sessions/${encodeURIComponent(sessionId)}/microphones`;
}
