"""Words with their times, brought together with the text of the segments that they are words of."""

from collections import deque
from collections.abc import Iterable
from itertools import pairwise

from shared.contracts.stt import Segment, Word


def spelled(segments: Iterable[Segment], words: Iterable[Word]) -> list[list[Word]]:
    """The words of each segment as they stand in it: joined without anything between, they are its text.

    Both are in order. A segment none of whose words can be found in its text has none.
    """
    left = deque(words)
    return [_spelled(segment, left) for segment in segments]


def _spelled(segment: Segment, left: deque[Word]) -> list[Word]:
    """Takes what belongs to the segment from those that are left."""
    found: list[tuple[int, Word]] = []
    position = 0
    while left and (left[0].start + left[0].end) / 2 <= segment.end:
        word = left.popleft()
        at = segment.text.find(word.text, position)
        if word.text and at >= 0:
            found.append((at if found else 0, word))
            position = at + len(word.text)
    bounds = [at for at, _ in found] + [len(segment.text)]
    return [
        word.model_copy(update={"text": segment.text[first:last]})
        for (_, word), (first, last) in zip(found, pairwise(bounds), strict=True)
    ]
