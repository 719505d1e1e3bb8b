"""Who said what: turns of speakers and segments of text, brought together by their places in the audio."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

from shared.contracts.stt import Segment, Word
from shared.words import spelled

_NEAR_SECONDS = 0.5
"""A turn as near as this is taken for words that lie in none; turns tend to end a little early."""

_SENTENCE = re.compile(r".+?(?:[.!?…]+\s+|[。！？]+\s*|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's stretch, in seconds from the beginning of the audio."""

    start: float
    end: float
    speaker: str


@dataclass(frozen=True, slots=True)
class Attributed:
    """A segment of one speaker; None where nobody was heard to speak."""

    segment: Segment
    speaker: str | None


class Turns:
    """Turns by their places: finding one takes no longer when there are thousands."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = sorted(turns, key=lambda turn: turn.start)
        self._starts = [turn.start for turn in self._turns]
        self._latest_ends = list(accumulate((turn.end for turn in self._turns), max))
        """Of each turn and those before it; so it only grows."""

    def near(self, start: float, end: float) -> list[Turn]:
        """Those that have to do with what lies between two positions, in order."""
        first = bisect_left(self._latest_ends, start - _NEAR_SECONDS)
        last = bisect_right(self._starts, end + _NEAR_SECONDS)
        return [turn for turn in self._turns[first:last] if turn.end >= start - _NEAR_SECONDS]

    def speaker_of(self, start: float, end: float) -> str | None:
        """Who speaks longest between two positions, or nearest to them; None where nobody is near."""
        overlaps: defaultdict[str, float] = defaultdict(float)
        near = self.near(start, end)
        for turn in near:
            overlaps[turn.speaker] += max(0.0, min(end, turn.end) - max(start, turn.start))
        if any(overlaps.values()):
            return max(overlaps, key=lambda speaker: overlaps[speaker])
        nearest = min(near, key=lambda turn: max(turn.start - end, start - turn.end), default=None)
        return nearest.speaker if nearest else None


def attributed(segments: Sequence[Segment], words: Sequence[Word], turns: Sequence[Turn]) -> list[Attributed]:
    """Each segment with the speaker whose turns overlap it longest, cut where that changes between words.

    Without words it is cut between sentences at most, whose places follow from how long they are.
    """
    placed = Turns(turns)
    return [
        part
        for segment, its_words in zip(segments, spelled(segments, words), strict=True)
        for part in _parts(segment, its_words, placed)
    ]


def between(turns: Sequence[Turn]) -> list[float]:
    """Where one speaker stops and another begins, in seconds; turns that overlap are parted in the middle."""
    ordered = sorted(turns, key=lambda turn: turn.start)
    return [(one.end + other.start) / 2 for one, other in pairwise(ordered) if one.speaker != other.speaker]


def _parts(segment: Segment, words: list[Word], turns: Turns) -> list[Attributed]:
    whole = turns.speaker_of(segment.start, segment.end)
    words = words or _sentences(segment, turns)
    if not words:
        return [Attributed(segment, whole)]
    speakers = _without_gaps([turns.speaker_of(word.start, word.end) for word in words], otherwise=whole)
    parts = [
        (speaker, [word for _, word in group])
        for speaker, group in groupby(zip(speakers, words, strict=True), key=lambda each: each[0])
    ]
    if len(parts) == 1:
        return [Attributed(segment, parts[0][0])]
    return [Attributed(_segment(said, segment), speaker) for speaker, said in parts]


def _sentences(segment: Segment, turns: Turns) -> list[Word]:
    """Each sentence as one word, laid over the time in which anybody speaks; none where nobody does."""
    spoken = _spoken(segment.start, segment.end, turns)
    texts = _SENTENCE.findall(segment.text)
    if not spoken or len(texts) < 2:
        return []
    share = sum(end - start for start, end in spoken) / len(segment.text)
    places = [_after(share * length, spoken) for length in accumulate(map(len, texts), initial=0)]
    return [
        Word(text=text, start=start, end=end)
        for text, (start, end) in zip(texts, pairwise(places), strict=True)
    ]


def _spoken(start: float, end: float, turns: Turns) -> list[tuple[float, float]]:
    """The stretches between two positions in which anybody speaks, in order and apart."""
    spoken: list[tuple[float, float]] = []
    for turn in turns.near(start, end):
        first = max(start, turn.start, spoken[-1][1] if spoken else start)
        if (last := min(end, turn.end)) > first:
            spoken.append((first, last))
    return spoken


def _after(seconds: float, spoken: Sequence[tuple[float, float]]) -> float:
    """The position after so many seconds of speech."""
    for start, end in spoken:
        if seconds <= end - start:
            return start + seconds
        seconds -= end - start
    return spoken[-1][1]


def _segment(words: list[Word], of: Segment) -> Segment:
    text = "".join(word.text for word in words).strip()
    return of.model_copy(update={"text": text, "start": words[0].start, "end": words[-1].end})


def _without_gaps(speakers: list[str | None], *, otherwise: str | None) -> list[str | None]:
    """Words between two turns belong to who spoke before, the first ones to who speaks next."""
    last = next((speaker for speaker in speakers if speaker), otherwise)
    filled: list[str | None] = []
    for speaker in speakers:
        last = speaker or last
        filled.append(last)
    return filled
