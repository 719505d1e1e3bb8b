"""What clients say over `/v1/realtime`, in the form of today and in that of the beta."""

from typing import Annotated, Literal

import orjson
from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from shared.audio import SAMPLE_RATES
from shared.contracts.stt import Language
from shared.errors import ServiceError
from stt_service.openai.errors import InvalidParameter
from stt_service.openai.schemas import MAX_PROMPT_CHARACTERS

EventId = Annotated[str | None, Field(max_length=512)]


class PcmFormat(BaseModel):
    """16-bit mono little-endian samples. OpenAI takes 24 kHz alone."""

    type: Literal["audio/pcm"] = "audio/pcm"
    rate: int = Field(24_000, ge=SAMPLE_RATES[0], le=SAMPLE_RATES[-1])


class TurnDetection(BaseModel):
    """When the service commits by itself."""

    type: Literal["server_vad"] = "server_vad"
    threshold: float = Field(0.5, ge=0, le=1)
    prefix_padding_ms: int = Field(300, ge=0, le=5_000)
    silence_duration_ms: int = Field(500, ge=100, le=10_000)


class TranscriptionSettings(BaseModel):
    """What is wanted of the words."""

    model: str | None = Field(None, max_length=200)
    language: Annotated[Language | None, BeforeValidator(lambda given: given or None)] = None
    languages: list[Language] = Field([], max_length=20)
    prompt: str | None = Field(None, max_length=MAX_PROMPT_CHARACTERS)
    keywords: list[Annotated[str, Field(max_length=200)]] = Field([], max_length=100)


class InputUpdate(BaseModel):
    """Settings of the audio that comes in. What is left out stays as it is; null switches off."""

    format: PcmFormat | None = None
    transcription: TranscriptionSettings | None = None
    turn_detection: TurnDetection | None = None


class AudioUpdate(BaseModel):
    """The audio of a session, of which only one direction is there."""

    input: InputUpdate = InputUpdate()


class SessionSettings(BaseModel):
    """A session as `session.update` describes it."""

    type: Literal["transcription"] = Field(description="Nobody answers here: conversations are not served")
    audio: AudioUpdate = AudioUpdate()


class SessionUpdate(BaseModel):
    """Other settings, in today's form."""

    type: Literal["session.update"]
    event_id: EventId = None
    session: SessionSettings

    @property
    def input(self) -> InputUpdate:
        return self.session.audio.input


class BetaSessionSettings(BaseModel):
    """A session as `transcription_session.update` describes it."""

    input_audio_format: Literal["pcm16"] = "pcm16"
    input_audio_transcription: TranscriptionSettings | None = None
    turn_detection: TurnDetection | None = None


class BetaSessionUpdate(BaseModel):
    """Other settings, in the form of the beta."""

    type: Literal["transcription_session.update"]
    event_id: EventId = None
    session: BetaSessionSettings

    @property
    def input(self) -> InputUpdate:
        """The same in today's form."""
        names = {
            "input_audio_format": "format",
            "input_audio_transcription": "transcription",
            "turn_detection": "turn_detection",
        }
        given = self.session.model_dump(exclude_unset=True)
        if "input_audio_format" in given:
            given["input_audio_format"] = PcmFormat()
        return InputUpdate.model_validate({names[name]: value for name, value in given.items()})


class Append(BaseModel):
    """More audio."""

    type: Literal["input_audio_buffer.append"]
    event_id: EventId = None
    audio: str = Field(description="Base64")


class Commit(BaseModel):
    """What was appended is to be transcribed."""

    type: Literal["input_audio_buffer.commit"]
    event_id: EventId = None


class Clear(BaseModel):
    """What was appended is to be forgotten."""

    type: Literal["input_audio_buffer.clear"]
    event_id: EventId = None


ClientEvent = Annotated[
    SessionUpdate | BetaSessionUpdate | Append | Commit | Clear, Field(discriminator="type")
]
_EVENTS: TypeAdapter[ClientEvent] = TypeAdapter(ClientEvent)


class UnreadableEvent(Exception):
    """An event that cannot be served, and the client's own id of it where there is one."""

    def __init__(self, failure: ServiceError, event_id: str | None) -> None:
        super().__init__(failure.detail)
        self.failure = failure
        self.event_id = event_id


def read_event(text: str | bytes) -> ClientEvent:
    """One message of a client. Raises UnreadableEvent."""
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        raise UnreadableEvent(InvalidParameter("", f"The message is not JSON: {fault}"), None) from None
    try:
        return _EVENTS.validate_python(content)
    except ValidationError as fault:
        raise UnreadableEvent(_invalid(fault), _event_id(content)) from None


def _invalid(fault: ValidationError) -> InvalidParameter:
    first = fault.errors(include_input=False, include_url=False)[0]
    # The first step into a union is the name of the member.
    parameter = ".".join(str(part) for part in first["loc"][1:]) or "type"
    return InvalidParameter(parameter, f"{parameter}: {first['msg']}")


def _event_id(content: object) -> str | None:
    given = content.get("event_id") if isinstance(content, dict) else None
    return given[:512] if isinstance(given, str) else None
