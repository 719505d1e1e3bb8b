"""What becomes of a live transcript when its voices have been heard again. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api_service.second_pass.matching import Covered, Heard, Kept, Known, Stretch, matched
from api_service.transcribing.hearing import Channel
from api_service.transcribing.lines import numbered
from shared.contracts.stt import Segment
from shared.speakers import Attributed, Turn, Turns, attributed

_NEAR_SECONDS = 3.0
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was recorded."""

    participant_identity: str
    account: str
    """The same for all who joined with one account: somebody who reloads a page is another participant."""

    spoken_as: str
    """As recognition calls the voice."""

    speaker: str
    """As people call it now."""

    shared_microphone: bool


@dataclass(frozen=True, slots=True)
class HeardVoice:
    """Everything that was heard again of one participant."""

    person: Person
    track_sid: str
    heard: Channel
    recorded: Sequence[Stretch]
    turns: Sequence[Turn] = ()
    """Of those who share the microphone."""


@dataclass(frozen=True, slots=True)
class RevisedSegment:
    """A segment as it is stored; positions are seconds on the session's clock."""

    segment_id: str
    participant_identity: str
    spoken_as: str
    speaker: str
    text: str
    start_time: float
    end_time: float
    confidence_score: float | None


@dataclass(frozen=True, slots=True)
class Revision:
    """What to write; everything else stays as it is."""

    segments: list[RevisedSegment]
    withdrawn: list[str]
    """Segments whose words are in others now."""


def revised(known: Sequence[tuple[str | None, Known]], voices: Sequence[HeardVoice]) -> Revision:
    """`known` are the segments of the transcript, each with its participant.

    What is heard in one go over several of them is cut where one ends, so that segments stay as short as
    people have seen them.
    """
    taken = {segment.segment_id for _, segment in known}
    numbers = _numbers(voices)
    segments: list[RevisedSegment] = []
    withdrawn: list[str] = []
    for voice in voices:
        own = [segment for who, segment in known if who == voice.person.participant_identity]
        parts = _parts(voice, own)
        places = [Stretch(part.segment.start, part.segment.end) for part in parts]
        decisions = matched(own, places, recorded=voice.recorded)
        heard = [(parts[each.index], each.segment_id) for each in decisions if isinstance(each, Heard)]
        segments += _segments(voice.person, voice.track_sid, heard, numbers[voice.person.account], taken)
        staying = {each.segment_id for each in decisions if isinstance(each, Kept)}
        staying |= {each.segment_id for each in decisions if isinstance(each, Heard) and each.segment_id}
        withdrawn += [
            segment.segment_id
            for segment in own
            if segment.segment_id not in staying and _is_said_in(parts, segment)
        ]
    return Revision(segments, withdrawn)


def _is_said_in(parts: Sequence[Attributed], known: Known) -> bool:
    """Whether it was heard as part of something else. Words that nobody heard again were seen, and stay."""
    near = Stretch(known.place.start - _NEAR_SECONDS, known.place.end + _NEAR_SECONDS)
    heard = [part.segment for part in parts]
    around = {
        word
        for segment in heard
        if near.shared_with(Stretch(segment.start, segment.end))
        for word in _words(segment.text)
    }
    words = _words(known.text)
    return sum(word in around for word in words) * 2 >= len(words)


def _words(text: str) -> list[str]:
    """In scripts without spaces, the letters."""
    return [word.casefold() for word in _WORD.findall(text)]


def _numbers(voices: Sequence[HeardVoice]) -> dict[str, dict[str, int]]:
    """By account, the speakers at its microphone in the order in which they first spoke."""
    turns: defaultdict[str, set[Turn]] = defaultdict(set)
    for voice in voices:
        heard = Covered(Stretch(segment.start, segment.end) for segment in voice.heard.segments)
        turns[voice.person.account] |= {
            turn for turn in voice.turns if heard.seconds_of(Stretch(turn.start, turn.end))
        }
    return {
        account: numbered([turn.speaker for turn in sorted(its, key=lambda turn: turn.start)])
        for account, its in turns.items()
    }


def _parts(voice: HeardVoice, known: Sequence[Known]) -> list[Attributed]:
    """What was heard, each part of one speaker and, where it was captioned, of one caption."""
    segments, words = voice.heard.segments, voice.heard.words
    captions = [Turn(each.place.start, each.place.end, each.segment_id) for each in known]
    cut = [part.segment for part in attributed(segments, words, captions)] if captions else segments
    turns = Turns(voice.turns)
    return [
        Attributed(segment, turns.speaker_of(segment.start, segment.end)) for segment in cut if segment.text
    ]


def _segments(
    person: Person,
    track_sid: str,
    heard: Sequence[tuple[Attributed, str | None]],
    numbers: dict[str, int],
    taken: set[str],
) -> Iterator[RevisedSegment]:
    for part, known_id in heard:
        # Who speaks alone at a shared microphone needs no number.
        number = numbers.get(part.speaker) if part.speaker and len(numbers) > 1 else None
        suffix = f" - Speaker {number}" if number else ""
        yield RevisedSegment(
            segment_id=known_id or _new_id(track_sid, part.segment, taken),
            participant_identity=person.participant_identity,
            spoken_as=person.spoken_as + suffix,
            speaker=person.speaker + suffix,
            text=part.segment.text,
            start_time=part.segment.start,
            end_time=part.segment.end,
            confidence_score=part.segment.confidence,
        )


def _new_id(track_sid: str, segment: Segment, taken: set[str]) -> str:
    segment_id = base = f"{track_sid}-again-{round(segment.start * 1000)}"
    again = 1
    while segment_id in taken:
        again += 1
        segment_id = f"{base}-{again}"
    taken.add(segment_id)
    return segment_id
