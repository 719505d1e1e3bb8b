"""What a stream hears with: the voice activity detector and the engine that every stream shares."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import structlog

from shared.audio import BYTES_PER_SAMPLE, Pcm
from shared.captioner import Meters
from shared.contracts.stt import Priority, TranscribeResponse
from shared.errors import ServiceError
from shared.listening import FRAME_SAMPLES
from stt_service.models import MODELS
from stt_service.recognition import Recogniser
from stt_service.settings import SttSettings

log = structlog.get_logger()

METERS = Meters("stt-stream")

Likelihood = Callable[[Pcm], float]
"""How likely the next frame of one voice is speech."""

FollowVoice = Callable[[], Likelihood]
"""Begins with another voice."""

_SLICE_BYTES = 16 * FRAME_SAMPLES * BYTES_PER_SAMPLE
"""Half a second of audio: judging it takes some 2 ms, for which everybody else waits."""


class EngineFailed(ServiceError):
    status, code, title = 500, "engine-failed", "The engine failed on this audio"


def load_vad(settings: SttSettings) -> FollowVoice:
    """Silero's network, one for all streams. Raises EngineUnavailable when it is not there."""
    # A model library is imported when it is needed, not when a module is.
    from stt_service.engines.silero import VoiceFollower  # noqa: PLC0415

    folder = MODELS.measured("silero-vad", settings.models_directory).folder
    return VoiceFollower(folder / "silero_vad_16k_sequence.onnx").follow


def slices(data: bytes) -> Iterator[bytes]:
    """Pieces between which others get their turn."""
    for start in range(0, len(data), _SLICE_BYTES):
        yield data[start : start + _SLICE_BYTES]


@dataclass(slots=True)
class StreamRecogniser:
    """The service's own engine as a captioner asks it; what one stream wants of it may change on the way."""

    recogniser: Recogniser
    language: str | None = None
    hints: tuple[str, ...] = ()
    want_words: bool = False

    async def transcribe(self, audio: Pcm, *, language: str | None, priority: Priority) -> TranscribeResponse:
        """Raises ServiceErrors only: what breaks in the engine costs one utterance, not the stream."""
        try:
            return await self.recogniser.transcribe(
                audio,
                language=language or self.language,
                priority=priority,
                hints=self.hints,
                want_words=self.want_words,
            )
        except ServiceError:
            raise
        except Exception as fault:
            log.exception("engine.failed", audio_seconds=round(audio.seconds, 2))
            raise EngineFailed("The fault is logged under the request id") from fault
