// A snippet of a search as its pieces, hits and what lies between. Pure.

import type { Found } from "./api";

export interface Piece {
  /** Where it begins, in characters of Unicode. */
  start: number;
  text: string;
  hit: boolean;
}

export function piecesOf({ snippet, matches }: Pick<Found, "snippet" | "matches">): Piece[] {
  const characters = Array.from(snippet);
  const pieces: Piece[] = [];
  let place = 0;
  const add = (end: number, hit: boolean) => {
    if (end > place) pieces.push({ start: place, text: characters.slice(place, end).join(""), hit });
    place = Math.max(place, end);
  };
  for (const [start, end] of matches) {
    add(start, false);
    add(Math.min(end, characters.length), true);
  }
  add(characters.length, false);
  return pieces;
}
