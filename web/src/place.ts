// Where in the page one is. Places live behind the `#`, so that the server serves one file for all of them.

import { useMemo, useSyncExternalStore } from "react";

/** Something that was said in a session, and when, in seconds. */
export interface Spot {
  segmentId: string;
  start: number;
}

export type Place =
  | { kind: "meetings" }
  | { kind: "invitation"; code: string }
  | { kind: "session"; id: string; at?: Spot }
  | { kind: "meeting"; id: string };

export function placeOf(search: string, hash: string): Place {
  const code = new URLSearchParams(search).get("join")?.trim();
  if (code) return { kind: "invitation", code };
  const [, id, live, asked] = /^#\/sessions\/([\w-]+)(\/live)?(?:\?(.*))?$/.exec(hash) ?? [];
  if (!id) return { kind: "meetings" };
  if (live) return { kind: "meeting", id };
  const at = spotIn(new URLSearchParams(asked));
  return at ? { kind: "session", id, at } : { kind: "session", id };
}

function spotIn(asked: URLSearchParams): Spot | null {
  const [segmentId, start] = [asked.get("segment"), Number(asked.get("start"))];
  return segmentId && Number.isFinite(start) ? { segmentId, start } : null;
}

export function addressOf(place: Place): string {
  const base = import.meta.env.BASE_URL;
  switch (place.kind) {
    case "meetings":
      return `${base}#/`;
    case "invitation":
      return `${base}?join=${encodeURIComponent(place.code)}`;
    case "session":
      return `${base}#/sessions/${place.id}${place.at ? `?${spot(place.at)}` : ""}`;
    case "meeting":
      return `${base}#/sessions/${place.id}/live`;
  }
}

function spot({ segmentId, start }: Spot): URLSearchParams {
  return new URLSearchParams({ segment: segmentId, start: String(start) });
}

export function go(place: Place): void {
  history.pushState(null, "", addressOf(place));
  moved();
}

/** For a place that is not to be returned to by the back button. */
export function goInstead(place: Place): void {
  history.replaceState(null, "", addressOf(place));
  moved();
}

export function usePlace(): Place {
  const address = useSyncExternalStore(subscribe, () => `${location.search}\n${location.hash}`);
  return useMemo(() => {
    const [search = "", hash = ""] = address.split("\n");
    return placeOf(search, hash);
  }, [address]);
}

function moved(): void {
  window.dispatchEvent(new PopStateEvent("popstate"));
}

function subscribe(changed: () => void): () => void {
  window.addEventListener("popstate", changed);
  window.addEventListener("hashchange", changed);
  return () => {
    window.removeEventListener("popstate", changed);
    window.removeEventListener("hashchange", changed);
  };
}
