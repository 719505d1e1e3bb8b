"""What the demo says about its meeting, and whether the meeting went as it should."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from embedded.demo.client import TranscriptSegment
from embedded.demo.measure import Final, Heard, follow, percentile, word_error_rate
from embedded.demo.people import SeenCaption
from embedded.demo.script import Script, Turn

WORD_ERROR_GOAL = 0.06
DELAY_P50_GOAL = 0.8
DELAY_P95_GOAL = 1.3

_DELAY_P95_LIMIT = 3.0
"""Above this the meeting has failed; at the goal itself it would fail on a machine that is busy elsewhere."""

_SPEAKER_ERROR_LIMIT = 0.3
"""With more wrong words than this, what stands under a speaker's name is somebody else's or nobody's."""


@dataclass(frozen=True, slots=True)
class Held:
    """Everything that was observed in one meeting."""

    script: Script
    turns: Sequence[Turn]
    speakers: Mapping[str, str]
    """Identities in the room, each with its speaker in the script."""

    seen: Sequence[SeenCaption]
    """The finals that a participant saw."""

    partials: int
    transcript: Sequence[TranscriptSegment]
    began_at: float
    """Zero of the session's clock on the clock of the turns and the captions."""


class SpokenLine(BaseModel, frozen=True):
    """A line of the script, what was heard of it, and how long after its end that was complete."""

    speaker: str
    text: str
    heard: str
    delay_seconds: float | None


class Report(BaseModel, frozen=True):
    """The figures of one demo. They are written as JSON under these names."""

    passed: bool
    problems: list[str]
    word_error_rate: float
    delay_p50_seconds: float | None
    delay_p95_seconds: float | None
    captions: int
    partials: int
    lines: list[SpokenLine]
    steps: dict[str, float]
    """Seconds that each step of the demo took, in their order."""

    pss_megabytes: dict[str, float]
    """Memory of each process during the meeting; a page that several share is split among them."""

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


def judge(held: Held, *, steps: Mapping[str, float], pss_megabytes: Mapping[str, float]) -> Report:
    """Compare what was heard with what was said."""
    heard = follow(held.turns, list(_finals(held)))
    said = {key: held.script.words_of(key) for key in held.script.speakers}
    understood = {key: " ".join(each.text for each in heard if each.turn.line.speaker == key) for key in said}
    errors = word_error_rate(said, understood)
    delays = [each.delay_seconds for each in heard if each.delay_seconds is not None]
    p95 = percentile(delays, 95)
    problems = [
        *_silences(held.script, heard),
        *_confusions(held.script, said, understood),
        *_differences(held),
        *([f"{errors:.1%} of the words are wrong"] if errors > WORD_ERROR_GOAL else []),
        *([f"one caption in twenty took {p95:.1f} s or more"] if p95 and p95 > _DELAY_P95_LIMIT else []),
    ]
    return Report(
        passed=not problems,
        problems=problems,
        word_error_rate=errors,
        delay_p50_seconds=percentile(delays, 50),
        delay_p95_seconds=p95,
        captions=len(held.seen),
        partials=held.partials,
        lines=[_spoken(held.script, each) for each in heard],
        steps=dict(steps),
        pss_megabytes=dict(pss_megabytes),
    )


def _finals(held: Held) -> Iterator[Final]:
    """What was seen, with its place in time as it is stored; what is not stored is a difference."""
    stored = {segment.segment_id: segment for segment in held.transcript}
    for caption in held.seen:
        segment = stored.get(caption.segment_id)
        if segment and caption.identity in held.speakers:
            yield Final(
                speaker=held.speakers[caption.identity],
                text=caption.text,
                start=held.began_at + segment.start_time,
                end=held.began_at + segment.end_time,
                seen_at=caption.seen_at,
            )


def _silences(script: Script, heard: Sequence[Heard]) -> Iterator[str]:
    for each in heard:
        if each.delay_seconds is None:
            yield f"no caption for {script.speakers[each.turn.line.speaker].name}: {each.turn.line.text}"


def _confusions(script: Script, said: Mapping[str, str], understood: Mapping[str, str]) -> Iterator[str]:
    for key, words in said.items():
        if word_error_rate({key: words}, understood) > _SPEAKER_ERROR_LIMIT:
            yield f"what stands under the name of {script.speakers[key].name} is not what they said"


def _differences(held: Held) -> Iterator[str]:
    """Where the stored transcript is not what the participants saw, each caption under its speaker's name."""
    names = {identity: held.script.speakers[key].name for identity, key in held.speakers.items()}
    seen = {(each.segment_id, names.get(each.identity, each.identity), each.text) for each in held.seen}
    stored = {(each.segment_id, each.speaker, each.text) for each in held.transcript}
    if lost := len(seen - stored):
        yield f"{lost} captions that were seen are not in the transcript as they were seen"
    if unseen := len(stored - seen):
        yield f"{unseen} segments of the transcript were not seen like that by the participants"
    if len(held.transcript) != len({each.segment_id for each in held.transcript}):
        yield "the transcript has a segment twice"


def _spoken(script: Script, heard: Heard) -> SpokenLine:
    line = heard.turn.line
    return SpokenLine(
        speaker=script.speakers[line.speaker].name,
        text=line.text,
        heard=heard.text,
        delay_seconds=None if heard.delay_seconds is None else round(heard.delay_seconds, 3),
    )
