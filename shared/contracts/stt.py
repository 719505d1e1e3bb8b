"""What the speech service is asked and what it answers."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

TRANSCRIBE_PATH = "/transcribe"
PCM_MEDIA_TYPE = "audio/pcm"
"""Body of little-endian int16 mono samples; `rate` is a parameter of the media type, 16000 by default."""

Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
"""A BCP 47 tag."""

Priority = Literal["final", "partial"]
"""Finals are served before partials; a partial is refused as soon as finals would have to wait for it."""


class Segment(BaseModel):
    """Text with its place in the audio it was heard in."""

    text: str
    start: float = Field(ge=0, description="Seconds from the beginning of the audio")
    end: float = Field(ge=0, description="Seconds from the beginning of the audio")
    confidence: float | None = Field(default=None, ge=0, le=1, description="Null where the engine has none")
    emotion: str | None = Field(
        default=None,
        description="happy, sad, angry, neutral, fearful, disgusted or surprised; null where nobody can tell",
    )
    events: list[str] | None = Field(
        default=None,
        description="Sounds beside the words: laughter, applause, music, singing, crying, cough, sneeze, "
        "breath; null where the engine listens for none",
    )


class Word(BaseModel):
    """One word, or one character where a script has no spaces, with its place in the audio."""

    text: str
    start: float = Field(ge=0, description="Seconds from the beginning of the audio")
    end: float = Field(ge=0, description="Seconds from the beginning of the audio")
    confidence: float | None = Field(default=None, ge=0, le=1, description="Null where the engine has none")


class TranscribeResponse(BaseModel):
    """Everything heard in one piece of audio; an empty text means that there was no speech in it."""

    success: bool = True
    text: str
    no_speech: bool = Field(default=False, description="Whether the audio was heard to have no speech in it")
    confidence_score: float | None = Field(default=None, description="Mean of the segments' confidences")
    processing_time_ms: int
    error_message: str = ""
    language: str | None
    language_probability: float | None = Field(
        default=None, ge=0, le=1, description="Null where the engine does not detect languages"
    )
    segments: list[Segment]
    words: list[Word] | None = Field(
        default=None, description="Null where none were asked for or the engine has none"
    )
    audio_seconds: float
    inference_seconds: float
