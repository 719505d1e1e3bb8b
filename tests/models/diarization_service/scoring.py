"""How wrong turns are, by the library that the field measures with."""

from collections.abc import Sequence
from pathlib import Path

from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from shared.speakers import Turn


def reference(rttm: Path) -> list[Turn]:
    turns = []
    for line in rttm.read_text().splitlines():
        fields = line.split()
        turns.append(Turn(float(fields[3]), float(fields[3]) + float(fields[4]), fields[7]))
    return turns


def error_rate(found: Sequence[Turn], truth: Sequence[Turn], *, collar: float) -> float:
    """Overlapping speech counts; so many seconds around each turn's ends do not."""
    return _components(found, truth, collar=collar)["diarization error rate"]


def confusion(found: Sequence[Turn], truth: Sequence[Turn]) -> float:
    """The share of speech that is given to somebody else."""
    components = _components(found, truth, collar=0)
    return components["confusion"] / components["total"]


def _components(found: Sequence[Turn], truth: Sequence[Turn], *, collar: float) -> dict[str, float]:
    end = max(turn.end for turn in [*found, *truth])
    measure = DiarizationErrorRate(collar=2 * collar)
    whole = Timeline([Segment(0, end)])
    detailed = measure(_annotation(truth), _annotation(found), uem=whole, detailed=True)
    return {name: float(value) for name, value in detailed.items()}


def _annotation(turns: Sequence[Turn]) -> Annotation:
    annotation = Annotation()
    for number, turn in enumerate(turns):
        annotation[Segment(turn.start, turn.end), number] = turn.speaker
    return annotation
