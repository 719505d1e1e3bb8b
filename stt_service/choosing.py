"""Which engine the service takes, and why."""

from importlib.util import find_spec
from typing import Literal

from shared.models import EngineUnavailable
from stt_service.models import MODELS
from stt_service.settings import SttSettings

Engine = Literal["funasr", "faster-whisper", "moonshine"]

SENSEVOICE = "sensevoice-small"
FUNASR_NEEDS = ("config.yaml", "model.pt")
WHISPER = "whisper-base"
WHISPER_NEEDS = ("model.bin", "config.json", "tokenizer.json")
"""Without the last the library would look for one on the hub."""


def chosen(settings: SttSettings) -> tuple[Engine, str]:
    """Which engine, and why. Raises EngineUnavailable where none can take what is asked for."""
    name, reason = _wanted(settings)
    if name != "funasr" and (settings.vad_model or settings.punctuation_model):
        raise EngineUnavailable(f"{name} takes no STT_VAD_MODEL and no STT_PUNCTUATION_MODEL ({reason})")
    return name, reason


def _wanted(settings: SttSettings) -> tuple[Engine, str]:
    if settings.engine != "auto":
        return settings.engine, f"STT_ENGINE asks for {settings.engine}"
    if settings.model_dir or settings.model:
        return _of_named_model(settings)
    return _of_what_is_there(settings)


def _of_named_model(settings: SttSettings) -> tuple[Engine, str]:
    """The engine that can read the files, or while they are not there, the one that the name stands for."""
    wanted, setting = named(settings)
    if MODELS.known_on_hub(wanted):
        return "funasr", f"auto: {setting} names a model of funasr"
    found = MODELS.find(wanted, settings.models_directory, setting=setting, needs=())
    if all((found.folder / file).is_file() for file in FUNASR_NEEDS):
        return "funasr", f"auto: {setting} names a model of funasr"
    if (found.folder / WHISPER_NEEDS[0]).is_file() or not found.folder.is_dir():
        return "faster-whisper", f"auto: {setting} names a model that only faster-whisper can take"
    raise EngineUnavailable(
        f"{setting}={wanted} holds neither a model of funasr ({', '.join(FUNASR_NEEDS)}) "
        f"nor one of faster-whisper ({', '.join(WHISPER_NEEDS)})"
    )


def _of_what_is_there(settings: SttSettings) -> tuple[Engine, str]:
    """The production engine first, then whichever knows more languages."""
    if not has_funasr():
        reason = "auto: funasr is not installed"
    elif not _is_there(SENSEVOICE, settings):
        reason = f"auto: {SENSEVOICE} is not there for funasr"
    else:
        return "funasr", f"auto: its library and {SENSEVOICE} are there, as in production"
    if not find_spec("faster_whisper"):
        return "moonshine", f"{reason}; faster-whisper is not installed"
    # Whoever fetched Whisper's weights wanted more than English.
    if not (settings.models_directory / WHISPER).is_dir():
        return "moonshine", f"{reason}; {WHISPER} is not there for faster-whisper"
    return "faster-whisper", f"{reason}; its library and {WHISPER} are there, and it knows more languages"


def has_funasr() -> bool:
    return bool(find_spec("funasr") and find_spec("torch"))


def _is_there(model: str, settings: SttSettings) -> bool:
    try:
        MODELS.find(model, settings.models_directory, setting="STT_MODEL", needs=FUNASR_NEEDS)
    except EngineUnavailable:
        return False
    return True


def named(settings: SttSettings) -> tuple[str, str]:
    """The model that is asked for, and by which setting."""
    if settings.model_dir:
        return str(settings.model_dir), "STT_MODEL_DIR"
    return settings.model, "STT_MODEL"
