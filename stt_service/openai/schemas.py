"""The JSON and the form of OpenAI's transcription interface."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from stt_service.schemas import Language

ResponseFormat = Literal["json", "text", "srt", "vtt", "verbose_json", "diarized_json"]
Granularity = Literal["word", "segment"]

MAX_PROMPT_CHARACTERS = 10_000


class TranscriptionForm(BaseModel):
    """The fields of `POST /v1/audio/transcriptions` beside its file. Fields not named here are ignored."""

    model_config = ConfigDict(populate_by_name=True)

    model: str = Field(
        min_length=1, max_length=200, description="The engine's name, or one of OpenAI's for the same"
    )
    language: Annotated[Language | None, BeforeValidator(lambda given: given or None)] = None
    prompt: str = Field(
        "", max_length=MAX_PROMPT_CHARACTERS, description="Words likely to be said, separated by commas"
    )
    response_format: ResponseFormat = "json"
    temperature: float = Field(
        0,
        ge=0,
        le=1,
        description="How far from the likeliest words faster-whisper looks; without effect for funasr and "
        "moonshine, which always take the likeliest",
    )
    timestamp_granularities: list[Granularity] = Field(
        default_factory=list, max_length=10, alias="timestamp_granularities[]"
    )
    include: list[str] = Field(default_factory=list, max_length=10, alias="include[]")
    stream: bool = False
    chunking_strategy: str = Field(
        "auto",
        max_length=1_000,
        description="Taken, but without effect: audio is always cut where it is quiet",
    )
    known_speaker_names: list[str] = Field(
        default_factory=list,
        max_length=10,
        alias="known_speaker_names[]",
        description="Refused: speakers are told apart, but nobody is recognised",
    )
    known_speaker_references: list[str] = Field(
        default_factory=list, max_length=10, alias="known_speaker_references[]", description="Refused, too"
    )


class Usage(BaseModel):
    """What was heard."""

    type: Literal["duration"] = "duration"
    seconds: float


class Transcription(BaseModel):
    """`json`."""

    text: str
    usage: Usage


class VerboseSegment(BaseModel):
    """A segment as Whisper describes it. What an engine does not know is neutral: no tokens, zeros."""

    id: int
    seek: int = 0
    start: float
    end: float
    text: str
    tokens: list[int] = Field(default_factory=list)
    temperature: float = 0.0
    avg_logprob: float = Field(description="Logarithm of the confidence, 0 where the engine has none")
    compression_ratio: float
    no_speech_prob: float = 0.0


class VerboseWord(BaseModel):
    """A word with its place."""

    word: str
    start: float
    end: float


class VerboseTranscription(BaseModel):
    """`verbose_json`; segments and words are there only when asked for."""

    task: Literal["transcribe"] = "transcribe"
    language: str = Field(description="`und` where nobody knows")
    duration: float
    text: str
    segments: list[VerboseSegment] | None = None
    words: list[VerboseWord] | None = None
    usage: Usage


class DiarizedSegment(BaseModel):
    """What one speaker said; in a stream it is an event as it is."""

    type: Literal["transcript.text.segment"] = "transcript.text.segment"
    id: str
    start: float
    end: float
    speaker: str = Field(
        description="`A`, `B` and so on, by who speaks first; `unknown` where nobody is heard"
    )
    text: str


class DiarizedTranscription(BaseModel):
    """`diarized_json`."""

    task: Literal["transcribe"] = "transcribe"
    duration: float
    text: str
    segments: list[DiarizedSegment]
    usage: Usage


class TextDelta(BaseModel):
    """Some more text of a stream."""

    type: Literal["transcript.text.delta"] = "transcript.text.delta"
    delta: str
    segment_id: str | None = Field(None, description="Where speakers are told apart")


class TextDone(BaseModel):
    """The end of a stream: all of its deltas."""

    type: Literal["transcript.text.done"] = "transcript.text.done"
    text: str


class ModelCard(BaseModel):
    """A model that can be asked for."""

    id: str
    object: Literal["model"] = "model"
    created: int = Field(description="When its weights were put there, in seconds since 1970")
    owned_by: str = "intrascribe"


class ModelList(BaseModel):
    """`GET /v1/models`."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


class FailureDetails(BaseModel):
    """What OpenAI's clients read of a failure."""

    message: str
    type: str
    param: str | None
    code: str | None


class Failure(BaseModel):
    """The envelope of every failure under /v1."""

    error: FailureDetails
