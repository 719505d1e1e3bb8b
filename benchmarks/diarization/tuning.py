"""Which clustering makes the fewest errors on the recordings for tuning."""

import copy
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import torch

from benchmarks.diarization.scoring import error_percent
from benchmarks.diarization.sets import Conversation
from diarization_service.engine import PACKAGED
from diarization_service.engines.pyannote import trusted
from diarization_service.engines.voices import Voices
from shared.audio import SAMPLE_RATE
from shared.speakers import Turn

_METHODS = {"centroid": (0.5, 1.0), "average": (0.3, 0.8)}
"""Linkages, and between which distances voices may become one."""

_STEP = 0.05
_SMALLEST = (6, 12)


class Heard:
    """One conversation as far as it does not depend on the clustering, which takes nearly all of the time."""

    def __init__(self, pipeline: Voices, conversation: Conversation) -> None:
        self.conversation = conversation
        waveform = torch.from_numpy(conversation.audio.floats)[None]
        self.file = {"waveform": waveform, "sample_rate": SAMPLE_RATE, "uri": conversation.name}
        self.segmentations = pipeline.get_segmentations(self.file)
        self.embeddings = pipeline.get_embeddings(self.file, self.segmentations, exclude_overlap=True)


class Clustered(Voices):
    """The pipeline from where clustering begins."""

    heard: Heard

    def get_segmentations(self, *_: object, **__: object) -> object:
        """Known already."""
        return self.heard.segmentations

    def get_embeddings(self, *_: object, **__: object) -> object:
        """Known already; clustering writes into them."""
        return copy.deepcopy(self.heard.embeddings)


def tried(models: Path, conversations: Sequence[Conversation]) -> Iterator[tuple[float, str]]:
    """Errors in percent, without a collar, and the parameters that make them."""
    with trusted():
        pipeline, clustered = Voices(models / PACKAGED), Clustered(models / PACKAGED)
    heard = [Heard(pipeline, each) for each in conversations]
    for method, smallest in product(_METHODS, _SMALLEST):
        low, high = _METHODS[method]
        for step in range(round((high - low) / _STEP) + 1):
            threshold = round(low + step * _STEP, 2)
            clustering = {"method": method, "threshold": threshold, "min_cluster_size": smallest}
            clustered.instantiate({"segmentation": {"min_duration_off": 0.0}, "clustering": clustering})
            found = [(each.conversation, _turns(clustered, each)) for each in heard]
            yield error_percent(found, collar=0), f"{method} {threshold:.2f}, at least {smallest}"


def _turns(clustered: Clustered, heard: Heard) -> list[Turn]:
    clustered.heard = heard
    annotation = clustered.apply(heard.file, max_speakers=20).speaker_diarization
    return [Turn(each.start, each.end, who) for each, _, who in annotation.itertracks(yield_label=True)]
