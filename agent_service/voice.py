"""Whose words a track's captions are."""

from dataclasses import dataclass
from uuid import UUID

from shared.captioner import Version
from shared.contracts.captions import Caption


@dataclass(frozen=True, slots=True)
class Voice:
    """One participant's track in one session."""

    session_id: UUID
    language: str | None
    track_sid: str
    participant_identity: str
    participant_name: str

    def caption(self, version: Version) -> Caption:
        """What the room is to see of a version."""
        return Caption(
            session_id=self.session_id,
            segment_id=version.segment_id,
            revision=version.revision,
            final=version.final,
            text=version.text,
            start=version.start,
            end=version.end,
            language=version.language,
            confidence=version.confidence,
            participant_identity=self.participant_identity,
            participant_name=self.participant_name,
            track_sid=self.track_sid,
        )
