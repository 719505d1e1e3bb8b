// Where the keyboard is, when what had it goes away or something else appears.

import { type RefObject, useEffect, useRef } from "react";

/** For `ref`: keeps its identity, so that React calls it when something appears and not at every drawing. */
export function focusOnce(appeared: HTMLElement | null): void {
  appeared?.focus();
}

/** What had the keyboard is gone, and nobody has taken it elsewhere since. */
export function isFocusLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** Back to what opened something, once that is closed. */
export function useFocusBack(open: boolean, opener: RefObject<HTMLElement | null>): void {
  const before = useRef(open);
  useEffect(() => {
    if (before.current && !open && isFocusLost()) opener.current?.focus();
    before.current = open;
  }, [open, opener]);
}

/** To where the content of the page begins, which has no place of its own to go back to. */
export function focusContent(): void {
  document.querySelector("main")?.focus({ preventScroll: true });
}
