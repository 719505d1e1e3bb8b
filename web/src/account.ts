// Who is signed in in this tab, and until when.

import { useEffect, useSyncExternalStore } from "react";
import type { TokenGrant, User } from "./api";

export interface Account {
  token: string;
  expiresAt: number;
  user: User;
}

type Absence = { account: null; expired: boolean };
type Presence = { account: Account };

// Of this tab alone: two people can be tried out side by side, and closing the tab forgets the token.
const KEY = "intrascribe-account";
const listeners = new Set<() => void>();
let current: Presence | Absence = restored();

export function signIn(grant: TokenGrant): void {
  const account = {
    token: grant.access_token,
    expiresAt: Date.now() + grant.expires_in * 1000,
    user: grant.user,
  };
  sessionStorage.setItem(KEY, JSON.stringify(account));
  change({ account });
}

export function signOut(): void {
  sessionStorage.removeItem(KEY);
  change({ account: null, expired: false });
}

/** The place stays, so that signing in again continues there. What comes late of another token changes nothing. */
export function expire(token: string): void {
  if (current.account?.token !== token) return;
  sessionStorage.removeItem(KEY);
  change({ account: null, expired: true });
}

export function useAccount(): Presence | Absence {
  const state = useSyncExternalStore(subscribe, () => current);
  const { account } = state;
  useEffect(() => {
    if (!account) return;
    const { token, expiresAt } = account;
    // A timer is limited to 2^31 - 1 ms; a longer life is checked again by the server's 401.
    const timer = setTimeout(expire, Math.min(expiresAt - Date.now(), 2 ** 31 - 1), token);
    return () => clearTimeout(timer);
  }, [account]);
  return state;
}

function restored(): Presence | Absence {
  const stored = sessionStorage.getItem(KEY);
  if (!stored) return { account: null, expired: false };
  const account = JSON.parse(stored) as Account;
  return account.expiresAt > Date.now() ? { account } : { account: null, expired: true };
}

function change(next: Presence | Absence): void {
  current = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
