"""What the service needs of a recogniser, and which one it takes."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from shared.audio import Pcm
from shared.contracts.stt import Segment
from shared.weights import damaged, read_manifest
from stt_service.settings import SttSettings

MANIFEST = Path(__file__).parent / "models.toml"


@dataclass(frozen=True, slots=True)
class Speech:
    """One piece of audio to recognise."""

    audio: Pcm
    language: str | None
    """What the caller believes is spoken, as a BCP 47 tag; an engine may know better."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was heard in one piece of audio; positions are seconds from its beginning."""

    segments: list[Segment]
    language: str | None


class SttEngine(Protocol):
    """Called from one thread only."""

    name: str
    languages: tuple[str, ...]
    device: str
    max_batch_size: int
    """1 where several pieces together are no faster than one after the other."""

    def cut(self, audio: Pcm) -> list[tuple[float, float]]:
        """The pieces, in seconds, in which the engine wants to hear audio of any length."""
        ...

    def transcribe(self, batch: list[Speech]) -> list[Recognised]:
        """One answer for each piece, in their order. No speech, no segments."""
        ...


class EngineUnavailable(Exception):
    """The engine that was asked for cannot run here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An engine that is ready, where its weights lie, and why it was taken."""

    engine: SttEngine
    folder: Path
    reason: str


def load_engine(settings: SttSettings) -> Loaded:
    """Check the weights and load them. Raises EngineUnavailable, with what would help."""
    match settings.engine:
        case "moonshine":
            return _load_moonshine(settings, reason="STT_ENGINE asks for it")
        case "auto":
            return _load_moonshine(settings, reason="auto: the first of moonshine whose weights are there")


def _load_moonshine(settings: SttSettings, *, reason: str) -> Loaded:
    if not find_spec("onnxruntime"):
        raise EngineUnavailable("moonshine needs onnxruntime: install stt_service with its extra moonshine")
    folder = _checked_weights("moonshine-tiny-en", settings.models_directory)
    detector_folder = _checked_weights("silero-vad", settings.models_directory)
    # A library is imported only when its engine is chosen.
    from stt_service.engines.moonshine import Moonshine  # noqa: PLC0415
    from stt_service.engines.silero import SpeechDetector  # noqa: PLC0415

    threads = settings.inference_threads
    detector = SpeechDetector(detector_folder / "silero_vad_16k_sequence.onnx", threads=threads)
    return Loaded(Moonshine(folder, detector, threads=threads), folder, reason)


def _checked_weights(name: str, models: Path) -> Path:
    """The folder of a model, every file of which is the one that was measured."""
    folder = models / name
    if wrong := damaged(read_manifest(MANIFEST)[name], folder):
        raise EngineUnavailable(
            f"{folder}: {', '.join(wrong)} is missing or does not have the sha256 in {MANIFEST.name};"
            f" fetch the weights with: python3.11 -m embedded.weights --into {models}"
        )
    return folder
