"""Public JSON of transcripts."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from api_service.bodies import Name, Said
from api_service.transcripts.repository import Revision, Segment, Source, Transcription, TranscriptionStatus
from api_service.transcripts.service import Page

RevisionNumber = Annotated[int, Field(ge=0, le=2_147_483_647)]


class TranscriptSegment(BaseModel):
    """What one speaker said in one utterance."""

    index: int | None = Field(description="Its place in the transcript; null where it comes alone")
    segment_id: str
    revision: int = Field(
        description="Rises with every change; from 1000001 on the changes were made by people"
    )
    speaker: str
    spoken_as: str = Field(description="The speaker as recognition named it")
    participant_identity: str | None
    start_time: float = Field(description="Seconds on the session's clock")
    end_time: float
    text: str
    confidence_score: float | None
    language: str | None
    is_final: bool = True
    edited_by: UUID | None
    edited_by_name: str | None
    edited_at: datetime | None

    @classmethod
    def of(cls, segment: Segment, *, index: int | None = None) -> Self:
        return cls(
            index=index,
            segment_id=segment.segment_id,
            revision=segment.revision,
            speaker=segment.speaker,
            spoken_as=segment.spoken_as,
            participant_identity=segment.participant_identity,
            start_time=segment.start_time,
            end_time=segment.end_time,
            text=segment.text,
            confidence_score=segment.confidence_score,
            language=segment.language,
            edited_by=segment.edited_by,
            edited_by_name=segment.edited_by_name,
            edited_at=segment.edited_at,
        )


class TranscriptResponse(BaseModel):
    """The current version of a session's transcript, or a stretch of it."""

    session_id: UUID
    title: str
    transcription_id: UUID | None = Field(description="Null while nothing was said")
    source: Source | None
    status: TranscriptionStatus | None
    language: str
    total_segments: int
    offset: int
    next_offset: int | None = Field(description="Where the next page begins; null at the end")
    updated_at: datetime = Field(description="When any of it last changed")
    segments: list[TranscriptSegment] | None
    text: str | None = Field(
        description="Instead of segments, when asked for: a line for each, after its speaker"
    )

    @classmethod
    def of(cls, page: Page, *, offset: int, as_text: bool) -> Self:
        end = offset + len(page.segments)
        version = page.version
        numbered = enumerate(page.segments, start=offset)
        return cls(
            session_id=page.session.id,
            title=page.session.title,
            transcription_id=version.id if version else None,
            source=version.source if version else None,
            status=version.status if version else None,
            language=version.language if version else page.session.language,
            total_segments=page.extent.segments,
            offset=offset,
            next_offset=end if page.segments and end < page.extent.segments else None,
            updated_at=page.changed_at,
            segments=None
            if as_text
            else [TranscriptSegment.of(each, index=index) for index, each in numbered],
            text="\n".join(_line(each) for each in page.segments) if as_text else None,
        )


ReadIn = Annotated[
    UUID | None,
    Field(description="The version that the segment was read in; refused (409) when another one is current"),
]


class SegmentChange(BaseModel):
    """What is to be different, and the revision that it was made from."""

    text: Annotated[Said | None, Field(description="Without words, the segment leaves the transcript")] = None
    speaker: Name | None = None
    revision: Annotated[
        RevisionNumber | None,
        Field(description="When the segment has another one, the change is refused: 409, by `If-Match` 412"),
    ] = None
    transcription_id: ReadIn = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.text is None and self.speaker is None:
            raise ValueError("Say what is to change: text, speaker or both")
        return self


class SegmentRestore(BaseModel):
    revision: RevisionNumber
    transcription_id: ReadIn = None


class RevisionResponse(BaseModel):
    """What a segment was, or is."""

    revision: int
    speaker: str
    text: str
    start_time: float
    end_time: float
    made_by: UUID | None = Field(description="Null for recognition, and for accounts that are gone")
    made_by_name: str | None
    made_at: datetime
    is_current: bool


class HistoryResponse(BaseModel):
    """All that a segment has been, newest first; each revision is the one before it, changed."""

    session_id: UUID
    segment_id: str
    revisions: list[RevisionResponse]

    @classmethod
    def of(cls, session_id: UUID, segment: Segment, past: list[Revision]) -> Self:
        now = RevisionResponse(
            revision=segment.revision,
            speaker=segment.speaker,
            text=segment.text,
            start_time=segment.start_time,
            end_time=segment.end_time,
            made_by=segment.edited_by,
            made_by_name=segment.edited_by_name,
            made_at=segment.edited_at or segment.created_at,
            is_current=True,
        )
        before = [
            RevisionResponse(
                revision=each.revision,
                speaker=each.speaker,
                text=each.text,
                start_time=each.start_time,
                end_time=each.end_time,
                made_by=each.made_by,
                made_by_name=each.made_by_name,
                made_at=each.made_at,
                is_current=False,
            )
            for each in reversed(past)
        ]
        return cls(session_id=session_id, segment_id=segment.segment_id, revisions=[now, *before])


class VersionResponse(BaseModel):
    """One version of a session's transcript, without what was said."""

    id: UUID
    session_id: UUID
    source: Source
    language: str
    stt_model: str | None
    status: TranscriptionStatus
    confidence_score: float | None
    word_count: int
    is_current: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, version: Transcription) -> Self:
        return cls(
            id=version.id,
            session_id=version.session_id,
            source=version.source,
            language=version.language,
            stt_model=version.stt_model,
            status=version.status,
            confidence_score=version.confidence_score,
            word_count=version.word_count,
            is_current=version.is_current,
            created_at=version.created_at,
            updated_at=version.updated_at,
        )


def _line(segment: Segment) -> str:
    return f"{segment.speaker}: {segment.text}" if segment.speaker else segment.text
