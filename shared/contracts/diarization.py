"""What the diarization service is asked and what it answers.

`POST /diarize` takes a raw body of `PCM_MEDIA_TYPE`, or any audio file, with `DiarizeOptions` in its query,
and the documented JSON; `POST /diarize-file` takes the same file as a form. All answer `DiarizeResponse`,
or the same turns as RTTM, or events: `progress` with `Progress`, and in the end one `result` with
`DiarizeResponse` or one `error` with a problem.
"""

from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

DIARIZE_PATH = "/diarize"
DIARIZE_FILE_PATH = "/diarize-file"
EVENTS_MEDIA_TYPE = "text/event-stream"
RTTM_MEDIA_TYPE = "text/x-rttm"
NO_MODEL = "diarization-unavailable"
"""The code of the problem of a service that has no model: it goes on until somebody brings one."""

MAX_AUDIO_SECONDS = 10_800.0
"""Longer audio is not searched for its speakers, unless both ends are set otherwise."""

FILE_FIELD = "audio_file"
"""Of the form of `POST /diarize-file`; `session_id` and the counts of speakers are others."""


class SpeakerCount(BaseModel):
    """How many people speak, as far as the caller knows."""

    num_speakers: int | None = Field(None, ge=1, le=100, description="Exactly so many")
    min_speakers: int | None = Field(None, ge=1, le=100)
    max_speakers: int | None = Field(None, ge=1, le=100)

    @model_validator(mode="after")
    def _bounds_fit(self) -> Self:
        low, high = self.min_speakers, self.max_speakers
        if low and high and low > high:
            raise ValueError("min_speakers is more than max_speakers")
        if self.num_speakers and not (low or 1) <= self.num_speakers <= (high or self.num_speakers):
            raise ValueError("num_speakers lies outside min_speakers and max_speakers")
        return self


class DiarizeOptions(SpeakerCount):
    """What a caller may want of the turns."""

    exclusive: bool = Field(
        True, description="Whether one speaks at a time, as who looks for the speaker of a word wants it"
    )


class DiarizeJson(DiarizeOptions):
    """`POST /diarize` as the original product documents it."""

    audio_data: str = Field(description="The audio file in hexadecimal digits")
    file_format: str = Field("wav", max_length=32, description="A hint; what the file is decides")
    session_id: str | None = Field(None, max_length=200)


class SpeakerTurn(BaseModel):
    """One speaker's stretch. Turns are in order; exclusive ones do not overlap."""

    start_time: float = Field(ge=0, description="Seconds from the beginning of the audio")
    end_time: float = Field(ge=0, description="Seconds from the beginning of the audio")
    speaker_label: str = Field(min_length=1, description="`SPEAKER_00`, valid within this answer")
    duration: float = Field(ge=0, description="Seconds")


class DiarizeResponse(BaseModel):
    """All turns in one piece of audio; none where nobody speaks."""

    success: bool = True
    segments: list[SpeakerTurn]
    speaker_count: int = Field(ge=0)
    processing_time_ms: int
    error_message: str = ""
    audio_seconds: float
    inference_seconds: float


class Progress(BaseModel):
    """How far a recording is: `waiting` for its turn, then through the stages in their order."""

    stage: Literal["waiting", "segmentation", "embeddings", "clustering"]
    percent: float = Field(ge=0, le=100, description="Of the whole")
