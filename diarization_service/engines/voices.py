"""pyannote's pipeline on weights that packages carry: its own segmentation, and CAM++ for voices."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from pyannote.audio import Model
from pyannote.audio.core.plda import PLDA
from pyannote.audio.core.task import Problem, Resolution, Specifications
from pyannote.audio.pipelines import SpeakerDiarization
from pyannote.core import SlidingWindowFeature
from torch import Tensor
from torchaudio.compliance import kaldi

from diarization_service.engines.campplus import DIMENSION, MEL_BINS, MIN_FRAMES, CamPlusPlus
from shared.audio import SAMPLE_RATE

SEGMENTATION, EMBEDDING = "segmentation.bin", "campplus.pt"

_WINDOW_SECONDS = 10.0
_MAX_FRAMES = 400
"""Of 10 ms. A voice that has spoken for so long is known; the time it takes grows with every frame."""

_LONG_SECONDS = 1200.0
"""Whoever matters in so long a recording is heard in many windows, even if there are half as many."""

_STEP_FRAMES, _TOGETHER = 50, 4
"""Stretches of few different lengths are fast: so many are looked at together, and for each length and number
the library prepares itself anew and keeps what it prepared."""

TUNED = {
    "segmentation": {"min_duration_off": 0.0},
    "clustering": {"method": "average", "threshold": 0.45, "min_cluster_size": 12},
}
"""What `make eval-diarization ARGUMENTS=--tune` found best; from 0.40 to 0.60 it makes little difference."""


class Voices(SpeakerDiarization):
    """The pipeline on the two files of a folder, which have been checked before."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            segmentation=Model.from_pretrained(folder / SEGMENTATION),
            embedding=Voice(folder / EMBEDDING),
            embedding_exclude_overlap=True,
            plda=_NoPlda(),
            clustering="AgglomerativeClustering",
            segmentation_batch_size=8,
            embedding_batch_size=24,
        )
        self.instantiate(TUNED)

    def get_segmentations(
        self, file: Mapping[str, Tensor], hook: Callable[..., None] | None = None
    ) -> SlidingWindowFeature:
        """Windows lie further apart in long recordings, which takes half the time and memory."""
        seconds = file["waveform"].shape[-1] / SAMPLE_RATE
        self._segmentation.step = 1.0 if seconds <= _LONG_SECONDS else 2.0
        return super().get_segmentations(file, hook=hook)


class Voice(Model):
    """CAM++ as pyannote asks for voices. What is masked is cut out, because it would count otherwise."""

    dimension = DIMENSION

    def __init__(self, weights: Path) -> None:
        super().__init__(sample_rate=SAMPLE_RATE, num_channels=1)
        self.network = CamPlusPlus()
        self.network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
        self.specifications = Specifications(
            problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=_WINDOW_SECONDS
        )

    def forward(self, waveforms: Tensor, weights: Tensor | None = None) -> Tensor:
        """Voices, (batch, 192), of waveforms, (batch, 1, samples); not a number where too little is left."""
        voices = waveforms.new_full((len(waveforms), DIMENSION), torch.nan)
        alike: defaultdict[int, list[tuple[int, Tensor]]] = defaultdict(list)
        for number, waveform in enumerate(waveforms):
            mask = None if weights is None else weights[number] > 0.5
            if mask is None or mask.any():
                frames = _frames(waveform, mask)
                alike[len(frames)].append((number, frames))
        for length, group in alike.items():
            for first in range(0, len(group) if length >= MIN_FRAMES else 0, _TOGETHER):
                numbers, frames_of_each = zip(*group[first : first + _TOGETHER], strict=True)
                voices[list(numbers)] = self.network(torch.stack(frames_of_each))
        if weights is None and voices.isnan().any():
            raise ValueError(f"a voice needs {MIN_FRAMES} frames")
        return voices


def _frames(waveform: Tensor, mask: Tensor | None) -> Tensor:
    """What the network listens to: the logarithms of mel bands, without what all have in common."""
    bands = kaldi.fbank(waveform, num_mel_bins=MEL_BINS, sample_frequency=SAMPLE_RATE, dither=0.0)
    if mask is not None:
        nearest = torch.arange(len(bands), device=mask.device) * len(mask) // len(bands)
        bands = bands[mask[nearest]]
    length = min(len(bands), _MAX_FRAMES)
    bands = bands[: length // _STEP_FRAMES * _STEP_FRAMES or length]
    return bands - bands.mean(0) if len(bands) else bands


class _NoPlda(PLDA):
    """The pipeline wants one for a clustering that is not used here."""

    def __init__(self) -> None:
        pass
