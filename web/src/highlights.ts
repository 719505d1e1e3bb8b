// Cuts a snippet of a search result into what was looked for and the rest. Pure.

export interface Piece {
  start: number;
  words: string;
  found: boolean;
}

/** `matches` are ordered and counted in code points, which a string of the browser is not. */
export function pieces(snippet: string, matches: readonly (readonly [number, number])[]): Piece[] {
  const characters = Array.from(snippet);
  const result: Piece[] = [];
  let reached = 0;
  const upTo = (end: number, found: boolean) => {
    if (end <= reached) return;
    result.push({ start: reached, words: characters.slice(reached, end).join(""), found });
    reached = end;
  };
  for (const [start, end] of matches) {
    upTo(start, false);
    upTo(end, true);
  }
  upTo(characters.length, false);
  return result;
}
