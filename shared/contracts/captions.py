"""Live captions as they travel from the agent over a Redis stream to the API and its clients.

Every session has one stream, `captions:{session_id}`. An entry is one event: a field `event` with its
kind and a field `data` with its JSON. The ids of the entries are the positions from which clients resume.
"""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

LIVE_SESSIONS_KEY = "captions:live"
"""Set of the ids of sessions whose stream the sink has to read; the writer adds, the sink removes."""

SINK_GROUP = "caption-sink"

EventKind = Literal["caption", "agent", "session", "speaker"]

FIRST_HUMAN_REVISION = 1_000_001
"""From here on people made the revisions. Recognition never counts so far, so it overwrites none of them."""


class Spoken(BaseModel, frozen=True):
    """One version of what was said in one utterance.

    `segment_id` stays the same from the first partial to the final and to later revisions. Of two
    captions with the same id the one with the higher `revision` counts, whatever order they arrive in.
    """

    segment_id: str = Field(description="<track sid>-<start in milliseconds on the session's clock>")
    revision: int = Field(ge=0)
    final: bool
    text: str
    start: float = Field(ge=0, description="Seconds on the session's clock")
    end: float = Field(ge=0, description="Seconds on the session's clock")
    language: str | None = None
    confidence: float | None = Field(default=None, ge=0, le=1)


class Caption(Spoken, frozen=True):
    """What one participant said, as the room and the API see it."""

    session_id: UUID
    participant_identity: str
    participant_name: str
    track_sid: str


class AgentChanged(BaseModel, frozen=True):
    """An agent began or stopped to listen. Partials of agents before it will never become final."""

    state: Literal["listening", "left"]
    identity: str


class SpeakerRenamed(BaseModel, frozen=True):
    """People gave a speaker another name: in what was said before, and in captions yet to come."""

    old_speaker: str
    new_speaker: str
    segment_ids: list[str] | None = Field(
        default=None, description="The only segments that it concerns; null for all that `old_speaker` said"
    )
    names: dict[str, str] = Field(
        description="From here on: the names under which captions come, and the names to show instead"
    )


class SessionChanged(BaseModel, frozen=True):
    """The session itself changed its state."""

    status: str
    at: AwareDatetime


def stream_key(session_id: UUID) -> str:
    """The Redis stream that carries the events of one session."""
    return f"captions:{session_id}"


def segment_id(track_sid: str, start: float) -> str:
    """An id that no later agent can give to other audio: a track and a place on the session's clock."""
    return f"{track_sid}-{round(start * 1000)}"
