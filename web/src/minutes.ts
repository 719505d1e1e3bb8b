// Minutes of a session as the API makes and keeps them.

import { type Api, post } from "./api";
import type { Evidence } from "./evidence";

export interface Line extends Evidence {
  text: string;
  speaker: string;
  /** Whether the transcript still has what it rests on. */
  evidence: "there" | "changed" | "gone";
}

export interface ActionItem extends Line {
  who: string | null;
  when: string | null;
}

export interface Chapter extends Evidence {
  title: string;
  end_time: number;
}

export interface Minutes {
  title: string;
  highlights: Line[];
  key_points: Line[];
  decisions: Line[];
  action_items: ActionItem[];
  open_questions: Line[];
  chapters: Chapter[];
  /** How many more were found than anybody reads. */
  left_out: LeftOut;
  /** What a model wrote and nobody said; it is not in these minutes. */
  dropped_items: number;
}

export interface LeftOut {
  decisions: number;
  action_items: number;
  open_questions: number;
}

export interface Summary {
  id: string;
  template_id: string | null;
  /** The filled template, where there is one. */
  summary: string;
  ai_model: string | null;
  /** `extracted`: quotations; `written`: a model's words; `saved`: made elsewhere. */
  origin: "extracted" | "written" | "saved";
  minutes: Minutes | null;
  /** What is to be said with decisions and tasks that were only quoted, in the language of the meeting. */
  notice: string | null;
  instructions: string | null;
  version: number;
  created_at: string;
}

export interface Template {
  id: string;
  name: string;
  language: string | null;
  is_system: boolean;
}

/** What is left out is as it was, or as the meeting and its owner's preferences have it. */
export interface Wishes {
  template_id?: string | null;
  instructions?: string | null;
  language?: string | null;
  style?: string;
}

/** The fields of the form; empty ones that were never filled are nobody's wish. */
export interface Chosen {
  template: string;
  instructions: string;
  language: string;
  style: string;
}

/** Instead of a language that was asked for before. */
export const SPOKEN_LANGUAGE = "spoken";

/** What somebody has changed of what there was: only that is asked for. */
export function wishesOf(chosen: Chosen, before: Pick<Summary, "template_id" | "instructions">): Wishes {
  const template_id = chosen.template || null;
  const instructions = chosen.instructions.trim() || null;
  return {
    ...(template_id !== before.template_id && { template_id }),
    ...(instructions !== before.instructions && { instructions }),
    ...(chosen.language && { language: chosen.language === SPOKEN_LANGUAGE ? null : chosen.language }),
    ...(chosen.style && { style: chosen.style }),
  };
}

/** Newest first. */
export function summariesOf(api: Api, sessionId: string, signal: AbortSignal): Promise<Summary[]> {
  return api.request(`/v2/sessions/${encodeURIComponent(sessionId)}/ai-summaries?limit=20`, { signal });
}

/** One's own first. */
export function templatesOf(api: Api, signal: AbortSignal): Promise<Template[]> {
  return api.request("/templates?include_system=true", { signal });
}

/** The task that makes them. */
export async function beginMinutes(api: Api, sessionId: string, wishes: Wishes): Promise<string> {
  const path = `/v2/sessions/${encodeURIComponent(sessionId)}/ai-summary`;
  return (await api.request<{ task_id: string }>(path, post(wishes))).task_id;
}

/** The same summary once more, as its next version. */
export async function beginAgain(
  api: Api,
  sessionId: string,
  summary: Summary,
  wishes: Wishes,
): Promise<string> {
  const path = `/v2/sessions/${encodeURIComponent(sessionId)}/ai-summaries/${summary.id}/regenerate`;
  return (await api.request<{ task_id: string }>(path, post(wishes))).task_id;
}

/** What there is of minutes that are being made; null when that is nothing yet. */
export function partOf(sections: ReadonlyMap<string, unknown[]>): Minutes | null {
  if (sections.size === 0) return null;
  const items = <T>(name: string) => (sections.get(name) ?? []) as T[];
  return {
    title: items<string>("title")[0] ?? "",
    highlights: items("highlights"),
    key_points: items("key_points"),
    decisions: items("decisions"),
    action_items: items("action_items"),
    open_questions: items("open_questions"),
    chapters: items("chapters"),
    left_out: { decisions: 0, action_items: 0, open_questions: 0 },
    dropped_items: 0,
  };
}
