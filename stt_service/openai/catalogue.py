"""The one model that is loaded, by its own name and by those that OpenAI gives to its own."""

import re

from stt_service.openai.errors import ModelNotFound
from stt_service.openai.schemas import ModelCard
from stt_service.runtime import Runtime

_ALIASES = re.compile(
    r"whisper-1|gpt-realtime-whisper|gpt(-4o|-live)?(-mini)?-transcribe(-diarize)?(-\d{4}-\d{2}-\d{2})?"
)


def find_model(runtime: Runtime, name: str) -> ModelCard:
    """The card of the loaded model. Raises ModelNotFound for a name that is not one of its."""
    card = loaded_model(runtime)
    if name != card.id and not _ALIASES.fullmatch(name):
        raise ModelNotFound(f"{card.id} is the model that is loaded here")
    return card


def loaded_model(runtime: Runtime) -> ModelCard:
    """The card of the loaded model."""
    folder = runtime.loaded.folder
    created = int(folder.stat().st_mtime) if folder.is_dir() else 0
    return ModelCard(id=runtime.loaded.engine.name, created=created)
