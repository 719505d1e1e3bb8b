"""How wrong turns are: the diarization error rate of pyannote.metrics, with overlapping speech scored."""

from collections.abc import Iterable, Sequence

from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from benchmarks.diarization.sets import Conversation
from shared.speakers import Turn

COLLARS = (0.0, 0.25)
"""Seconds on either side of each turn's ends that do not count."""


def error_percent(found: Iterable[tuple[Conversation, Sequence[Turn]]], *, collar: float) -> float:
    """Of all speech in some conversations."""
    # The library's collar is the sum of both sides.
    measure = DiarizationErrorRate(collar=2 * collar)
    for conversation, turns in found:
        whole = Timeline([Segment(0, conversation.audio.seconds)])
        measure(_annotation(conversation.truth), _annotation(turns), uem=whole)
    return 100 * float(abs(measure))


def _annotation(turns: Sequence[Turn]) -> Annotation:
    annotation = Annotation()
    for number, turn in enumerate(turns):
        annotation[Segment(turn.start, turn.end), number] = turn.speaker
    return annotation
