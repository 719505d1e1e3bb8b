"""Minutes with the names that speakers have now, and with what has become of their evidence. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api_service.minutes.document import ActionItem, Chapter, Evidence, Line, Minutes, Voice
from api_service.minutes.transcript import Said

_REFERENCE = re.compile(r"⟦(\d{1,4})⟧")
_NAMELESS = frozenset({"", "unknown"})


@dataclass(frozen=True, slots=True)
class Heard:
    """A segment as it is now."""

    segment_id: str
    speaker: str
    spoken_as: str
    text: str
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """A transcript as it is now, as far as minutes rest on it."""

    segments: Mapping[str, Heard]
    """By id, those with words; others than the evidence need not be there."""

    names: Mapping[str, str]
    """What most segments of a speaker say, by what recognition called the speaker."""


def present(transcript: Iterable[Heard]) -> Present:
    """Of all segments of a transcript."""
    segments = list(transcript)
    spoken: dict[str, Counter[str]] = {}
    for each in segments:
        spoken.setdefault(each.spoken_as, Counter())[each.speaker] += 1
    return Present(
        segments={each.segment_id: each for each in segments if each.text},
        names={spoken_as: names.most_common(1)[0][0] for spoken_as, names in spoken.items()},
    )


def present_in(transcript: Iterable[Said]) -> Present:
    """Of what minutes have just been made of."""
    return present(
        Heard(each.segment_id, each.speaker, each.spoken_as or each.speaker, each.text) for each in transcript
    )


def evidence_of(minutes: Minutes) -> set[str]:
    """The segments that minutes rest on."""
    parts: list[Line | Chapter] = [*minutes.highlights, *minutes.key_points, *minutes.decisions]
    parts += [*minutes.action_items, *minutes.open_questions, *minutes.chapters]
    return {each for part in parts for each in part.segment_ids}


def with_voices(minutes: Minutes, transcript: Sequence[Said]) -> Minutes:
    """Minutes that know who was who when they were made, if whoever made them has not said so."""
    if minutes.voices:
        return minutes
    known = dict.fromkeys((each.spoken_as or each.speaker, each.speaker) for each in transcript)
    voices = [Voice(spoken_as=spoken_as, name=name) for spoken_as, name in known if name not in _NAMELESS]
    return minutes.model_copy(update={"voices": voices})


def named(minutes: Minutes, transcript: Present, *, made_at: datetime) -> Minutes:
    """The minutes as they are to be shown over a transcript that may have changed since they were made."""
    names = _Names(minutes, transcript, made_at)
    people = (names.person(name, ()) for name in minutes.participants)
    return minutes.model_copy(
        update={
            "title": names.filled(minutes.title, ()),
            "highlights": [names.line(line) for line in minutes.highlights],
            "key_points": [names.line(line) for line in minutes.key_points],
            "decisions": [names.line(line) for line in minutes.decisions],
            "action_items": [names.task(item) for item in minutes.action_items],
            "open_questions": [names.line(line) for line in minutes.open_questions],
            "chapters": [names.chapter(part) for part in minutes.chapters],
            "participants": list(dict.fromkeys(name for name in people if name not in _NAMELESS)),
            "voices": [voice.model_copy(update={"name": names.voice(voice, ())}) for voice in minutes.voices],
        }
    )


class _Names:
    """Who is called what, in one transcript."""

    def __init__(self, minutes: Minutes, transcript: Present, made_at: datetime) -> None:
        self._minutes = minutes
        self._made_at = made_at
        self._now = transcript

    def line(self, line: Line) -> Line:
        return line.model_copy(update=self._changes(line))

    def task(self, item: ActionItem) -> ActionItem:
        changes = self._changes(item)
        who = item.who
        if who:
            # Who has promised something is who says so, whatever both are called now.
            same = who == item.speaker
            who = (str(changes["speaker"]) or None) if same else self.person(who, item.segment_ids)
        return item.model_copy(update=changes | {"who": who})

    def chapter(self, part: Chapter) -> Chapter:
        return part.model_copy(update={"title": self.filled(part.title, part.segment_ids)})

    def filled(self, text: str, segment_ids: Sequence[str]) -> str:
        """A text with names for its references. What is quoted has none, whatever it looks like."""
        if self._minutes.origin == "extracted":
            return text
        return _REFERENCE.sub(lambda found: self._referred(found, segment_ids), text)

    def person(self, name: str, segment_ids: Sequence[str]) -> str:
        """The name that somebody has now who was called so then; others are called what they were."""
        if voice := next((each for each in self._minutes.voices if each.name == name), None):
            return self.voice(voice, segment_ids)
        return self.filled(name, segment_ids)

    def voice(self, voice: Voice, segment_ids: Sequence[str]) -> str:
        """By the evidence where it is theirs, else what most of their segments say."""
        for said in self._evidence(segment_ids):
            if said.spoken_as == voice.spoken_as:
                return said.speaker
        return self._now.names.get(voice.spoken_as, voice.name)

    def _referred(self, found: re.Match[str], segment_ids: Sequence[str]) -> str:
        index = int(found[1])
        voices = self._minutes.voices
        return self.voice(voices[index], segment_ids) if index < len(voices) else found[0]

    def _changes(self, line: Line) -> dict[str, object]:
        said = self._evidence(line.segment_ids)
        return {
            "text": self.filled(line.text, line.segment_ids),
            "speaker": self._speaker(line, said),
            "evidence": self._state(line, said),
        }

    def _speaker(self, line: Line, said: Sequence[Heard]) -> str:
        if said and (line.speaker or self._minutes.origin == "extracted"):
            return "" if said[0].speaker in _NAMELESS else said[0].speaker
        return self.person(line.speaker, ()) if line.speaker else ""

    def _state(self, line: Line, said: Sequence[Heard]) -> Evidence:
        if not said:
            return "gone"
        if len(said) < len(set(line.segment_ids)) or any(self._differs(line, each) for each in said):
            return "changed"
        return "there"

    def _differs(self, line: Line, said: Heard) -> bool:
        if self._minutes.origin == "extracted":
            return line.text not in said.text
        return said.edited_at is not None and said.edited_at > self._made_at

    def _evidence(self, segment_ids: Sequence[str]) -> list[Heard]:
        there = self._now.segments
        return [there[each] for each in segment_ids if each in there]
