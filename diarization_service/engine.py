"""What the service needs of a library that tells speakers apart, and how its model is loaded."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from diarization_service.models import MODELS
from diarization_service.settings import DiarizationSettings
from shared.audio import Pcm
from shared.contracts.diarization import Progress, SpeakerCount
from shared.models import EngineUnavailable, Found
from shared.speakers import Turn

__all__ = ["DiarizationEngine", "Diarized", "EngineUnavailable", "Loaded", "Report", "load_engine"]

COMMUNITY, PACKAGED = "community-1", "voices"
_NEEDS = ("config.yaml",)
_MAX_THREADS = 4

Report = Callable[[Progress], None]
"""Told now and then how far the model is, on the model's thread; what it raises ends the work."""


@dataclass(frozen=True, slots=True)
class Diarized:
    """Who spoke when; labels are any, the same in both."""

    turns: list[Turn]
    exclusive: list[Turn]
    """The same where only one of those who speak at once is taken."""


class DiarizationEngine(Protocol):
    """Called from one thread only."""

    name: str
    device: str

    def diarize(self, audio: Pcm, speakers: SpeakerCount, report: Report) -> Diarized:
        """All turns; none where nobody speaks."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """An engine that is ready, where its weights lie, and why it was taken."""

    engine: DiarizationEngine
    folder: Path
    reason: str
    revision: str | None = None
    """The commit on the hub, where the model is from there."""

    sha256: dict[str, str] | None = None
    """Of the files that were checked; None for a model that we do not know."""


def load_engine(settings: DiarizationSettings) -> Loaded:
    """Check the weights and load them; nothing is fetched. Raises EngineUnavailable, with what would help."""
    if not find_spec("pyannote.audio"):
        raise EngineUnavailable(
            "pyannote.audio is not installed here: python3.11 -m embedded.environments diarization brings it"
        )
    found, reason = _found(settings)
    # The libraries read these when they are imported: no reports of use, no looking for files on the hub, and
    # no code in weights is run, wherever they are from.
    os.environ.update(PYANNOTE_METRICS_ENABLED="0", HF_HUB_OFFLINE="1", TORCH_FORCE_WEIGHTS_ONLY_LOAD="1")
    # Also read then: how many shapes of input are kept prepared. A thousand take 300 MB and save no time.
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16")
    # A library is imported only when its engine is chosen.
    from diarization_service.engines.pyannote import Pyannote  # noqa: PLC0415

    engine = Pyannote(
        found.folder,
        packaged=found.name == PACKAGED,
        name=found.name,
        device=settings.device,
        threads=settings.inference_threads or min(_MAX_THREADS, len(os.sched_getaffinity(0))),
    )
    return Loaded(engine, found.folder, reason, found.revision, found.sha256)


def _found(settings: DiarizationSettings) -> tuple[Found, str]:
    """Which model, and why."""
    models = settings.models_directory
    if settings.model_dir:
        setting = "DIARIZATION_MODEL_DIR"
        if not settings.model_dir.is_dir():
            raise EngineUnavailable(f"{setting}={settings.model_dir} is no folder")
        return MODELS.find(
            str(settings.model_dir), models, setting=setting, needs=_NEEDS
        ), f"{setting} names it"
    if settings.model != "auto":
        setting = "DIARIZATION_MODEL"
        return MODELS.find(settings.model, models, setting=setting, needs=_NEEDS), f"{setting} names it"
    try:
        found = MODELS.find(COMMUNITY, models, setting="DIARIZATION_MODEL", needs=_NEEDS)
    except EngineUnavailable:
        return MODELS.measured(PACKAGED, models), f"auto: {COMMUNITY} is not there"
    return found, f"auto: {COMMUNITY} is there"
