// Where in the page one is. Places live behind the `#`, so that the server serves one file for all of them.

import { useMemo, useSyncExternalStore } from "react";

export type Place =
  | { kind: "meetings" }
  | { kind: "invitation"; code: string }
  | { kind: "session"; id: string }
  | { kind: "meeting"; id: string };

export function placeOf(search: string, hash: string): Place {
  const code = new URLSearchParams(search).get("join")?.trim();
  if (code) return { kind: "invitation", code };
  const [, id, live] = /^#\/sessions\/([\w-]+)(\/live)?$/.exec(hash) ?? [];
  if (!id) return { kind: "meetings" };
  return live ? { kind: "meeting", id } : { kind: "session", id };
}

export function addressOf(place: Place): string {
  const base = import.meta.env.BASE_URL;
  switch (place.kind) {
    case "meetings":
      return `${base}#/`;
    case "invitation":
      return `${base}?join=${encodeURIComponent(place.code)}`;
    case "session":
      return `${base}#/sessions/${place.id}`;
    case "meeting":
      return `${base}#/sessions/${place.id}/live`;
  }
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
