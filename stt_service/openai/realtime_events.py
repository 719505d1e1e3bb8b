"""What the service says over `/v1/realtime`, in the form of today and in that of the beta."""

from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, Field

from stt_service.openai.realtime_requests import PcmFormat, TranscriptionSettings, TurnDetection
from stt_service.openai.schemas import FailureDetails, Usage


class ServerEvent(BaseModel):
    """What all have in common."""

    event_id: str = Field(default_factory=lambda: f"event_{uuid4().hex}")


class InputSettings(BaseModel):
    """How the audio that comes in is heard. There is no noise reduction, whatever was asked for."""

    format: PcmFormat
    noise_reduction: None = None
    transcription: TranscriptionSettings
    turn_detection: TurnDetection | None


class AudioSettings(BaseModel):
    """The audio of a session."""

    input: InputSettings


class Session(BaseModel):
    """A session in today's form."""

    id: str
    object: Literal["realtime.transcription_session"] = "realtime.transcription_session"
    type: Literal["transcription"] = "transcription"
    audio: AudioSettings
    include: None = None


class SessionEvent(ServerEvent):
    """The settings that hold from now on."""

    type: Literal["session.created", "session.updated"]
    session: Session


class BetaSession(BaseModel):
    """A session in the form of the beta."""

    id: str
    object: Literal["realtime.transcription_session"] = "realtime.transcription_session"
    input_audio_format: Literal["pcm16"] = "pcm16"
    input_audio_noise_reduction: None = None
    input_audio_transcription: TranscriptionSettings
    turn_detection: TurnDetection | None
    include: None = None


class BetaSessionEvent(ServerEvent):
    """The settings that hold from now on."""

    type: Literal["transcription_session.created", "transcription_session.updated"]
    session: BetaSession


class SpeechStarted(ServerEvent):
    """Somebody began to speak."""

    type: Literal["input_audio_buffer.speech_started"] = "input_audio_buffer.speech_started"
    audio_start_ms: int
    item_id: str


class SpeechStopped(ServerEvent):
    """Nobody has spoken for a while."""

    type: Literal["input_audio_buffer.speech_stopped"] = "input_audio_buffer.speech_stopped"
    audio_end_ms: int
    item_id: str


class Committed(ServerEvent):
    """What was appended is an item now."""

    type: Literal["input_audio_buffer.committed"] = "input_audio_buffer.committed"
    previous_item_id: str | None
    item_id: str


class Cleared(ServerEvent):
    """What was appended is forgotten."""

    type: Literal["input_audio_buffer.cleared"] = "input_audio_buffer.cleared"


class AudioContent(BaseModel):
    """What an item consists of."""

    type: Literal["input_audio"] = "input_audio"
    transcript: str | None = None


class Item(BaseModel):
    """One turn of the speaker."""

    id: str
    object: Literal["realtime.item"] = "realtime.item"
    type: Literal["message"] = "message"
    status: Literal["completed"] = "completed"
    role: Literal["user"] = "user"
    content: list[AudioContent] = Field(default_factory=lambda: [AudioContent()])


class ItemEvent(ServerEvent):
    """An item is there: `created` in the beta, `added` and then `done` today."""

    type: Literal["conversation.item.created", "conversation.item.added", "conversation.item.done"]
    previous_item_id: str | None
    item: Item


class Delta(ServerEvent):
    """Some more text of an item. It is never taken back."""

    type: Literal["conversation.item.input_audio_transcription.delta"] = (
        "conversation.item.input_audio_transcription.delta"
    )
    item_id: str
    content_index: int = 0
    delta: str


class SpokenLanguage(BaseModel):
    """A language that was heard."""

    code: str


class Completed(ServerEvent):
    """The text of an item: all of its deltas."""

    type: Literal["conversation.item.input_audio_transcription.completed"] = (
        "conversation.item.input_audio_transcription.completed"
    )
    item_id: str
    content_index: int = 0
    transcript: str
    usage: Usage
    languages: list[SpokenLanguage]


class Failed(ServerEvent):
    """The words of an item could not be recognised."""

    type: Literal["conversation.item.input_audio_transcription.failed"] = (
        "conversation.item.input_audio_transcription.failed"
    )
    item_id: str
    content_index: int = 0
    error: FailureDetails


class ErrorDetails(FailureDetails):
    """A failure, and which of the client's events it is about."""

    event_id: str | None


class ErrorEvent(ServerEvent):
    """Something could not be served. The session goes on unless it is closed."""

    type: Literal["error"] = "error"
    error: ErrorDetails
