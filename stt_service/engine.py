"""What the service needs of a recogniser, and how the one that is taken is loaded."""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from shared.audio import Pcm
from shared.contracts.stt import Segment, Word
from shared.models import EngineUnavailable, Found
from stt_service.choosing import FUNASR_NEEDS, SENSEVOICE, WHISPER, WHISPER_NEEDS, chosen, has_funasr, named
from stt_service.models import MODELS
from stt_service.settings import SttSettings

__all__ = ["EngineUnavailable", "Loaded", "Recognised", "Speech", "SttEngine", "check_engine", "load_engine"]

_MAX_THREADS = 4
"""On more cores Whisper gains little, and what else runs there wants some."""


@dataclass(frozen=True, slots=True)
class Speech:
    """One piece of audio to recognise."""

    audio: Pcm
    language: str | None
    """What the caller believes is spoken, as a BCP 47 tag; an engine may know better."""

    hints: tuple[str, ...] = ()
    """Words that are likely to be said, for engines that can listen for them."""

    temperature: float = 0.0
    """How far from the likeliest words to look, for engines that can; 0 is nowhere."""

    want_words: bool = False
    """Whether to also find the place of each word, where that costs extra."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was heard in one piece of audio; positions are seconds from its beginning."""

    segments: list[Segment]
    language: str | None
    language_probability: float | None = None
    """None where the engine does not detect languages."""

    words: list[Word] | None = None
    """None where they were not asked for, or the engine has none."""


class SttEngine(Protocol):
    """Called from one thread only."""

    name: str
    languages: tuple[str, ...]
    device: str
    max_batch_size: int
    """1 where several pieces together are no faster than one after the other."""

    has_words: bool
    """Whether it can tell where each word lies."""

    def cut(self, audio: Pcm) -> list[tuple[float, float]]:
        """The pieces, in seconds, in which the engine wants to hear audio of any length."""
        ...

    def transcribe(self, batch: list[Speech]) -> list[Recognised]:
        """One answer for each piece, in their order. No speech, no segments."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """An engine that is ready, where its weights lie, and why it was taken."""

    engine: SttEngine
    """Its name is that of the model."""

    kind: str
    """What runs the model: funasr, faster-whisper or moonshine."""

    folder: Path
    reason: str
    revision: str | None = None
    """The commit on the hub, where the model is from there."""

    sha256: dict[str, str] | None = None
    """Of the files that were checked; None for a model that we do not know."""


def load_engine(settings: SttSettings) -> Loaded:
    """Check the weights and load them. Raises EngineUnavailable, with what would help."""
    name, reason = chosen(settings)
    match name:
        case "funasr":
            return _load_funasr(settings, reason)
        case "faster-whisper":
            return _load_faster_whisper(settings, reason)
        case "moonshine":
            return _load_moonshine(settings, reason)


def check_engine(settings: SttSettings) -> None:
    """Raise EngineUnavailable where load_engine would, before anything is started."""
    name, _ = chosen(settings)
    match name:
        case "funasr":
            _funasr_models(settings)
        case "faster-whisper":
            _faster_whisper_model(settings)
        case "moonshine":
            _moonshine_model(settings)


def _load_funasr(settings: SttSettings, reason: str) -> Loaded:
    speech, *others = _funasr_models(settings)
    model = MODELS.require_trusted(speech)
    divider, punctuator = (other and MODELS.require_trusted(other) for other in others)
    # A library is imported only when its engine is chosen.
    from stt_service.engines.funasr import Folders, FunAsr  # noqa: PLC0415
    from stt_service.engines.silero import SpeechDetector  # noqa: PLC0415

    threads = settings.inference_threads or _threads_of_cores()
    engine = FunAsr(
        Folders(
            model.folder,
            voice_activity=divider.folder if divider else None,
            punctuation=punctuator.folder if punctuator else None,
        ),
        SpeechDetector(_detector(settings), threads=threads),
        name=model.name,
        device=settings.device,
        threads=threads,
    )
    return Loaded(engine, "funasr", model.folder, reason, model.revision, model.sha256)


def _load_moonshine(settings: SttSettings, reason: str) -> Loaded:
    model = _moonshine_model(settings)
    from stt_service.engines.moonshine import Moonshine  # noqa: PLC0415
    from stt_service.engines.silero import SpeechDetector  # noqa: PLC0415

    # So small that more threads wait for each other: with two, no faster for twice the work.
    threads = settings.inference_threads or 1
    engine = Moonshine(model.folder, SpeechDetector(_detector(settings), threads=threads), threads=threads)
    return Loaded(engine, "moonshine", model.folder, reason, model.revision, model.sha256)


def _load_faster_whisper(settings: SttSettings, reason: str) -> Loaded:
    model = _faster_whisper_model(settings)
    from stt_service.engines.faster_whisper import FasterWhisper  # noqa: PLC0415
    from stt_service.engines.silero import SpeechDetector  # noqa: PLC0415

    threads = settings.inference_threads or _threads_of_cores()
    detector = SpeechDetector(_detector(settings), threads=threads)
    engine = FasterWhisper(model.folder, detector, name=model.name, device=settings.device, threads=threads)
    reason = f"{reason}; {engine.remark}" if engine.remark else reason
    return Loaded(engine, "faster-whisper", model.folder, reason, model.revision, model.sha256)


def _funasr_models(settings: SttSettings) -> tuple[Found, Found | None, Found | None]:
    """What recognises, what divides and what punctuates."""
    if not has_funasr():
        raise EngineUnavailable(
            "funasr is not installed here: python3.11 -m embedded.environments stt-funasr brings it, and "
            "STT_ENGINE=funasr make up or an image that was built with ENGINE=funasr starts with it"
        )
    _detector(settings)
    model, setting = named(settings)
    asked = {
        setting: model or SENSEVOICE,
        "STT_VAD_MODEL": settings.vad_model,
        "STT_PUNCTUATION_MODEL": settings.punctuation_model,
    }
    speech, divider, punctuator = (
        MODELS.find(wanted, settings.models_directory, setting=name, needs=FUNASR_NEEDS) if wanted else None
        for name, wanted in asked.items()
    )
    assert speech  # noqa: S101 - there is a default
    return speech, divider, punctuator


def _moonshine_model(settings: SttSettings) -> Found:
    if not find_spec("onnxruntime"):
        raise EngineUnavailable("moonshine needs onnxruntime: install stt_service with its extra moonshine")
    if settings.model_dir or settings.model or settings.device == "cuda":
        raise EngineUnavailable("moonshine takes no STT_MODEL_DIR, no STT_MODEL and no STT_DEVICE=cuda")
    _detector(settings)
    return MODELS.measured("moonshine-tiny-en", settings.models_directory)


def _faster_whisper_model(settings: SttSettings) -> Found:
    if not find_spec("faster_whisper"):
        raise EngineUnavailable(
            "faster_whisper is not installed: install stt_service with its extra faster-whisper"
        )
    _detector(settings)
    wanted, setting = named(settings)
    if wanted:
        return MODELS.find(wanted, settings.models_directory, setting=setting, needs=WHISPER_NEEDS)
    return MODELS.measured(WHISPER, settings.models_directory)


def _threads_of_cores() -> int:
    return min(_MAX_THREADS, len(os.sched_getaffinity(0)))


def _detector(settings: SttSettings) -> Path:
    return MODELS.measured("silero-vad", settings.models_directory).folder / "silero_vad_16k_sequence.onnx"
