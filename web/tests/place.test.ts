import { expect, test } from "vitest";
import { addressOf, type Place, placeOf } from "../src/place";

const ID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427";

test.each<Place>([
  { kind: "meetings" },
  { kind: "invitation", code: "a b+c" },
  { kind: "session", id: ID },
  { kind: "session", id: ID, at: { segmentId: "TR_a:12&3", start: 12.3 } },
  { kind: "meeting", id: ID },
])("$kind has an address that leads back to it", (place) => {
  const { search, hash } = new URL(addressOf(place), "http://localhost");
  expect(placeOf(search, hash)).toEqual(place);
});

test.each(["#/sessions/", "#/sessions/a/b", "#token=abc", "#/elsewhere"])(
  "%s is no place of its own",
  (hash) => {
    expect(placeOf("", hash)).toEqual({ kind: "meetings" });
  },
);
