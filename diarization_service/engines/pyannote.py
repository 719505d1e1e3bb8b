"""pyannote.audio's pipelines as an engine of ours."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from diarization_service.engine import Diarized, EngineUnavailable, Report
from shared.audio import SAMPLE_RATE, Pcm
from shared.contracts.diarization import Progress, SpeakerCount
from shared.speakers import Turn

with warnings.catch_warnings():
    # That there is no torchcodec: it would open files, and none is ever opened here.
    warnings.simplefilter("ignore")
    import torch
    from pyannote.audio import Pipeline
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from torch.torch_version import TorchVersion

    from diarization_service.engines.voices import Voices

_MAX_CLUSTERED = 4000
"""Voices that are compared with each other, evenly spread over a recording that has more of them, as one of
an hour has: memory and time grow with the square."""

_PERCENT = {"segmentation": (0.0, 20.0), "embeddings": (20.0, 98.0)}
"""Where the stages lie in the whole, by the time that they take."""


class _Annotation(Protocol):
    def itertracks(self, *, yield_label: Literal[True]) -> list[tuple["_Stretch", object, str]]: ...


class _Stretch(Protocol):
    start: float
    end: float


class Pyannote:
    """One pipeline. Raises EngineUnavailable where it cannot be loaded."""

    def __init__(self, folder: Path, *, packaged: bool, name: str, device: str, threads: int) -> None:
        if device == "cuda" and not torch.cuda.is_available():
            raise EngineUnavailable("DIARIZATION_DEVICE=cuda, but no CUDA device can be used here")
        torch.set_num_threads(threads)
        self.name = name
        self.device = "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"
        with trusted():
            self._pipeline = Voices(folder) if packaged else _from(folder)
        self._pipeline.to(torch.device(self.device))
        clustering = self._pipeline.clustering
        clustering.filter_embeddings = _thinned(clustering.filter_embeddings)

    def diarize(self, audio: Pcm, speakers: SpeakerCount, report: Report) -> Diarized:
        """Raises what `report` raises."""
        waveform = np.multiply(audio.samples, np.float32(1 / 32768), dtype=np.float32)
        file = {"waveform": torch.from_numpy(waveform)[None], "sample_rate": SAMPLE_RATE, "uri": "audio"}
        with warnings.catch_warnings():
            # Of too few speakers found and of means of nothing: what comes of them is the answer.
            warnings.simplefilter("ignore")
            found = self._pipeline(file, **speakers.model_dump(exclude_none=True), hook=_hook(report))
        return Diarized(_turns(found.speaker_diarization), _turns(found.exclusive_speaker_diarization))


@contextmanager
def trusted() -> Iterator[None]:
    """What pyannote's weights have in them beside numbers; nothing else in them is made into an object."""
    beside_numbers = [TorchVersion, Problem, Resolution, Specifications]
    with warnings.catch_warnings(), torch.serialization.safe_globals(beside_numbers):
        # Of checkpoints from before versions that load them all the same.
        warnings.simplefilter("ignore")
        yield


def _from(folder: Path) -> Pipeline:
    """Whatever a folder's config.yaml describes, as long as it tells speakers apart."""
    try:
        pipeline = Pipeline.from_pretrained(folder)
    except Exception as fault:  # a folder of somebody's own can be wrong in any way
        reason = next(iter(str(fault).splitlines()), type(fault).__name__)
        raise EngineUnavailable(
            f"{folder} holds no pipeline that pyannote.audio can load: {reason}"
        ) from fault
    if not hasattr(pipeline, "clustering"):
        raise EngineUnavailable(f"{folder} holds a pipeline that tells no speakers apart")
    return pipeline


def _hook(report: Report) -> Callable[..., None]:
    """What pyannote calls after each batch of a stage, and with the result of each stage."""

    def hook(stage: str, _: object, *, total: int | None = None, completed: int = 0, **__: object) -> None:
        if total and stage in ("segmentation", "embeddings"):
            begin, end = _PERCENT[stage]
            percent = begin + (end - begin) * min(1.0, completed / total)
            report(Progress.model_validate({"stage": stage, "percent": round(percent, 1)}))
        elif stage == "embeddings":
            report(Progress(stage="clustering", percent=_PERCENT[stage][1]))

    return hook


def _turns(annotation: _Annotation) -> list[Turn]:
    """In order; a pipeline may leave stretches that are no longer than its rounding."""
    turns = [
        Turn(max(0.0, round(stretch.start, 3)), round(stretch.end, 3), speaker)
        for stretch, _, speaker in annotation.itertracks(yield_label=True)
    ]
    return sorted((turn for turn in turns if turn.end > turn.start), key=lambda turn: (turn.start, turn.end))


_Filtered = tuple[npt.NDArray[np.float32], npt.NDArray[np.intp], npt.NDArray[np.intp]]


def _thinned(every: Callable[..., _Filtered]) -> Callable[..., _Filtered]:
    """A filter of voices that lets through so many at most, spread evenly over the recording."""

    def filter_embeddings(*args: object, **kwargs: object) -> _Filtered:
        voices, chunks, speakers = every(*args, **kwargs)
        step = -(-len(voices) // _MAX_CLUSTERED) or 1
        return voices[::step], chunks[::step], speakers[::step]

    return filter_embeddings
