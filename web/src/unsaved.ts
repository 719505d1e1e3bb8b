// Corrections for as long as the page is open, wherever in it one is: what is written there is not lost by going on.

import { useCallback, useEffect, useSyncExternalStore } from "react";
import { type Correction, type Corrections, correct, isUnsaved, noCorrections } from "./corrections";

interface Owner {
  userId: string;
  sessionId: string;
}

const listeners = new Set<() => void>();
let kept: ReadonlyMap<string, Corrections> = new Map();
let unsaved: readonly Owner[] = [];

/** Those of one person in one session, and the way to change them, also when one is elsewhere by then. */
export function useKept({ userId, sessionId }: Owner): [Corrections, (correction: Correction) => void] {
  const key = keyOf({ userId, sessionId });
  const corrections = useSyncExternalStore(subscribe, () => kept.get(key) ?? noCorrections);
  const tell = useCallback((correction: Correction) => change(key, correction), [key]);
  useEffect(() => () => forget(key), [key]);
  return [corrections, tell];
}

/** The sessions where somebody who is signed in, or was, has left something unsaved. */
export function useUnsaved(): readonly Owner[] {
  return useSyncExternalStore(subscribe, () => unsaved);
}

function change(key: string, correction: Correction): void {
  const before = kept.get(key) ?? noCorrections;
  const after = correct(before, correction);
  if (after !== before) keep(new Map(kept).set(key, after));
}

/** What the server has confirmed, it can be asked for again. */
function forget(key: string): void {
  const left = kept.get(key);
  if (!left || isUnsaved(left)) return;
  const others = new Map(kept);
  others.delete(key);
  keep(others);
}

function keep(next: ReadonlyMap<string, Corrections>): void {
  kept = next;
  const keys = [...kept].filter(([, each]) => isUnsaved(each)).map(([key]) => key);
  if (keys.join() !== unsaved.map(keyOf).join()) unsaved = keys.map(ownerOf);
  for (const listener of listeners) listener();
}

function keyOf({ userId, sessionId }: Owner): string {
  return JSON.stringify([userId, sessionId]);
}

function ownerOf(key: string): Owner {
  const [userId, sessionId] = JSON.parse(key) as [string, string];
  return { userId, sessionId };
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
