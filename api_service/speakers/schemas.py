"""Public JSON of speakers."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field

from api_service import bodies
from api_service.speakers.repository import Speaker


class SpeakerResponse(BaseModel):
    """Somebody with a name in the current transcript."""

    speaker: str
    spoken_as: list[str] = Field(
        description="What recognition called what now has this name; several after speakers were made one"
    )
    participant_identities: list[str]
    segments: int
    speaking_seconds: float
    first_start_time: float = Field(description="When they first spoke, in seconds on the session's clock")

    @classmethod
    def of(cls, speaker: Speaker) -> Self:
        return cls(
            speaker=speaker.speaker,
            spoken_as=speaker.spoken_as,
            participant_identities=speaker.participant_identities,
            segments=speaker.segments,
            speaking_seconds=speaker.speaking_seconds,
            first_start_time=speaker.first_start,
        )


class SpeakersResponse(BaseModel):
    """The speakers in the order in which they first spoke."""

    session_id: UUID
    speakers: list[SpeakerResponse]


class SpeakerRename(BaseModel):
    """Which name is to be replaced by which. The new one may be there already: then both are one."""

    old_speaker: Annotated[bodies.Speaker, Field(alias="oldSpeaker")]
    new_speaker: Annotated[bodies.Name, Field(alias="newSpeaker")]
    spoken_as: Annotated[
        bodies.Speaker | None,
        Field(
            alias="spokenAs",
            description="Only what recognition called so; takes two speakers apart who were made one",
        ),
    ] = None


class RenameResponse(BaseModel):
    success: bool
    message: str
    session_id: UUID
    updated_count: int = Field(description="Segments with the new name, of all versions of the transcript")
