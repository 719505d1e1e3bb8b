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
            return _load_moonshine(settings, reason="STT_ENGINE asks for moonshine")
        case "auto":
            return _load_moonshine(settings, reason="auto takes the first that is there of: moonshine")


def check_engine(settings: SttSettings) -> None:
    """Raise EngineUnavailable where load_engine would, before anything is started."""
    _moonshine_weights(settings)


def _load_moonshine(settings: SttSettings, *, reason: str) -> Loaded:
    folder, detector = _moonshine_weights(settings)
    # A library is imported only when its engine is chosen.
    from stt_service.engines.moonshine import Moonshine  # noqa: PLC0415
    from stt_service.engines.silero import SpeechDetector  # noqa: PLC0415

    threads = settings.inference_threads
    engine = Moonshine(folder, SpeechDetector(detector, threads=threads), threads=threads)
    return Loaded(engine, folder, reason)


def _moonshine_weights(settings: SttSettings) -> tuple[Path, Path]:
    if not find_spec("onnxruntime"):
        raise EngineUnavailable("moonshine needs onnxruntime: install stt_service with its extra moonshine")
    models = settings.models_directory
    detector = _checked_weights("silero-vad", models) / "silero_vad_16k_sequence.onnx"
    return _checked_weights("moonshine-tiny-en", models), detector


def _checked_weights(name: str, models: Path) -> Path:
    """The folder of a model, every file of which is the one that was measured."""
    folder = models / name
    if wrong := damaged(read_manifest(MANIFEST)[name], folder):
        fault = "has another sha256 than we trust" if folder.is_dir() else "is not there"
        raise EngineUnavailable(
            f"{folder} {fault} ({', '.join(wrong)}); fetch it with:"
            f" python3.11 -m embedded.weights --into {models}"
        )
    return folder
