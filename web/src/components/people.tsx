// Who is in the room. Agents are in it too, but they are not people.

import { useIsSpeaking, useParticipants } from "@livekit/components-react";
import type { Participant } from "livekit-client";
import { text } from "../text";
import { personOf } from "../transcript";
import { Microphone, MicrophoneOff } from "./icons";

export function People({ coloured }: { coloured: ReadonlyMap<string, number> }) {
  const people = useParticipants().filter((each) => !each.isAgent && each.identity);
  return (
    <section className="people card" aria-labelledby="people-heading">
      <h2 id="people-heading">
        {text.meeting.people} <span className="count">{people.length}</span>
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: on narrow screens it scrolls */}
      <ul tabIndex={0} aria-labelledby="people-heading">
        {people.map((person) => (
          <Person key={person.identity} person={person} colour={coloured.get(personOf(person.identity))} />
        ))}
      </ul>
    </section>
  );
}

function Person({ person, colour }: { person: Participant; colour: number | undefined }) {
  const speaking = useIsSpeaking(person);
  const name = person.name || person.identity;
  return (
    <li
      className={`person ${colour === undefined ? "" : `speaker-${colour}`} ${speaking ? "person-speaking" : ""}`}
      data-testid="person"
      data-speaking={speaking}
    >
      <span className="portrait" aria-hidden="true">
        {[...name][0]?.toLocaleUpperCase()}
      </span>
      <span className="person-name">
        {name}
        {person.isLocal && <span className="hint"> ({text.meeting.you})</span>}
      </span>
      <span className="person-microphone">
        {person.isMicrophoneEnabled ? <Microphone /> : <MicrophoneOff />}
        <span className="only-read-aloud">
          {person.isMicrophoneEnabled ? (speaking ? text.meeting.speaking : "") : text.meeting.muted}
        </span>
      </span>
    </li>
  );
}
