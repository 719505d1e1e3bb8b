"""Captions and audio that programs post over HTTP, and where they mean them on the session's clock. Pure."""

import hashlib
import math
from datetime import UTC, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

from api_service.bodies import Language, Name, OneLine, storable
from api_service.json_values import small_object
from shared.audio import SAMPLE_RATES, Pcm, samples_from_numbers
from shared.bodies import bounded
from shared.contracts.captions import FIRST_HUMAN_REVISION, Caption
from shared.contracts.rooms import session_seconds
from shared.errors import BadRequest, InvalidRequest
from shared.timeline import parse_clock_range

_MOST_FURTHER = 32
_MOST_AUDIO_SECONDS = 60.0
_LONGEST_SESSION_SECONDS = 10_000_000.0
_EARLIEST_INSTANT = 100_000_000.0
"""Smaller numbers are seconds on the session's clock, larger ones seconds since the epoch."""
_EARLIEST_MILLISECONDS = 100_000_000_000.0

_HIGHEST_REVISION = FIRST_HUMAN_REVISION - 100_001
"""No program speaks for a person; second passes count on from here."""

_Text = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(storable)]
_Speaker = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=100), OneLine, AfterValidator(storable)
]
_SegmentId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,100}$")]
_Place = Annotated[float, Field(ge=0, le=_LONGEST_SESSION_SECONDS, allow_inf_nan=False)]


class MissingFields(BadRequest):
    code, title = "missing-fields", "What was posted is not complete"


class BadTimestamp(BadRequest):
    code, title = "bad-timestamp", "That lies nowhere on the session's clock"


class _Placed(BaseModel):
    """Something that somebody said at some time. A few further names are passed over."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue] = Field(init=False)

    speaker: _Speaker | None = Field(None, description="Display name; empty where nobody knows")
    timestamp: str | float | None = Field(
        None,
        description="On the session's clock `[HH:MM:SS:mmm,HH:MM:SS:mmm]` or seconds, or the instant of the "
        "end as ISO 8601 or seconds since the epoch; by default now",
    )
    start_time: _Place | None = Field(None, description="Seconds on the session's clock, before `timestamp`")
    end_time: _Place | None = None
    duration_seconds: _Place | None = None
    participant_identity: Name | None = None

    @model_validator(mode="after")
    def _further_names_are_few(self) -> Self:
        further = self.__pydantic_extra__
        if len(further) > _MOST_FURTHER:
            raise ValueError(f"At most {_MOST_FURTHER} further names are taken")
        small_object(further)
        return self


class PostedSegment(_Placed):
    """A caption. `text` and `speaker` are needed."""

    text: _Text | None = None
    is_final: bool = True
    segment_id: _SegmentId | None = Field(
        None, description="The same for all versions of an utterance; needed where one is not final"
    )
    revision: int = Field(0, ge=0, le=_HIGHEST_REVISION)
    language: Language | None = None
    confidence_score: float | None = Field(
        None, ge=0, le=1, validation_alias=AliasChoices("confidence_score", "confidence")
    )


class PostedAudio(_Placed):
    """Some seconds of one voice. `audio_data` and `sample_rate` are needed."""

    audio_data: object = Field(
        None,
        description="Mono samples in [-1, 1] or on the scale of 16 bits",
        json_schema_extra={"type": "array", "items": {"type": "number"}, "minItems": 1},
    )
    sample_rate: int | None = Field(
        None, ge=SAMPLE_RATES[0], le=SAMPLE_RATES[-1], description="Hertz; samples of any are resampled"
    )


def as_caption(posted: PostedSegment, session_id: UUID, *, zero: datetime, now: datetime) -> Caption:
    """The caption of a session whose clock started at `zero`.

    The same segment posted again is the same caption. Raises MissingFields and BadTimestamp.
    """
    if posted.text is None or posted.speaker is None:
        raise MissingFields("Missing required fields in segment data")
    if not posted.text.strip():
        raise MissingFields("Transcription text cannot be empty")
    if not posted.is_final and posted.segment_id is None:
        raise MissingFields("A partial needs the segment_id that its final will have")
    start, end = _places(posted, zero=zero, now=now)
    made_of = f"{posted.speaker}\0{start:.3f}\0{posted.text}".encode()
    segment_id = posted.segment_id or f"posted-{hashlib.sha256(made_of).hexdigest()[:24]}"
    return Caption(
        session_id=session_id,
        segment_id=segment_id,
        revision=posted.revision,
        final=posted.is_final,
        text=posted.text.strip(),
        start=start,
        end=end,
        language=posted.language,
        confidence=posted.confidence_score,
        participant_identity=posted.participant_identity or "",
        participant_name=posted.speaker,
        track_sid="",
    )


def placed_audio(posted: PostedAudio, *, zero: datetime, now: datetime) -> tuple[Pcm, float]:
    """The audio, and where its first sample lies on the clock of a session that started at `zero`.

    Raises MissingFields, BadTimestamp, AudioTooLong, and InvalidRequest for samples that are none.
    """
    if posted.audio_data is None or posted.sample_rate is None:
        raise MissingFields("Missing required fields in segment data")
    try:
        samples = samples_from_numbers(posted.audio_data)
    except ValueError as fault:
        raise InvalidRequest(f"audio_data: {fault}") from None
    audio = bounded(samples, posted.sample_rate, max_seconds=_MOST_AUDIO_SECONDS)
    start, _ = _places(posted.model_copy(update={"duration_seconds": audio.seconds}), zero=zero, now=now)
    return audio, start


def _places(posted: _Placed, *, zero: datetime, now: datetime) -> tuple[float, float]:
    if posted.start_time is None:
        start, end = _said_at(posted, zero=zero, now=now)
    else:
        start = posted.start_time
        end = start + (posted.duration_seconds or 0.0) if posted.end_time is None else posted.end_time
    if end < start or end > _LONGEST_SESSION_SECONDS:
        raise BadTimestamp("It has to begin before it ends, within the session")
    return start, end


def _said_at(posted: _Placed, *, zero: datetime, now: datetime) -> tuple[float, float]:
    """Where the timestamp lies, whatever its form."""
    match posted.timestamp:
        case None:
            end = posted.end_time if posted.end_time is not None else session_seconds(now, zero)
        case str(text) if (places := _range(text)) is not None:
            return places
        case str(text):
            end = session_seconds(_instant(text), zero)
        case float(number) if not math.isfinite(number) or number < 0:
            raise BadTimestamp("A timestamp is not before the session")
        case float(number) if number < _EARLIEST_INSTANT:
            end = number
        case number:
            end = session_seconds(_since_epoch(number), zero)
    return max(0.0, end - (posted.duration_seconds or 0.0)), end


def _range(text: str) -> tuple[float, float] | None:
    try:
        return parse_clock_range(text)
    except ValueError:
        return None


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text.strip())
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    except ValueError:
        raise BadTimestamp("A timestamp is a range on the clock, seconds, or ISO 8601") from None


def _since_epoch(number: float) -> datetime:
    seconds = number / 1000 if number >= _EARLIEST_MILLISECONDS else number
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise BadTimestamp("There is no such instant") from None
