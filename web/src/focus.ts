// Takes the keyboard to a field that has just appeared.

/** For `ref`: keeps its identity, so that React calls it when the field appears and not at every drawing. */
export function focusOnce(input: HTMLInputElement | null): void {
  input?.focus();
}
