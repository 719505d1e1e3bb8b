"""Where a page of results ended, in a form that clients give back. Pure."""

import base64
import binascii
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from api_service.search.repository import Place
from shared.errors import BadRequest


class Cursor(BaseModel, frozen=True):
    """A place among the titles or, with a segment, among what was said."""

    at: AwareDatetime
    session: UUID
    start: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    segment: UUID | None = None

    @classmethod
    def of(cls, place: Place) -> Self:
        return cls(
            at=place.session_at, session=place.session_id, start=place.start_time, segment=place.segment
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises BadRequest for anything that no page could have ended with."""
        try:
            cursor = cls.model_validate_json(base64.urlsafe_b64decode(text.encode()))
        except (ValidationError, binascii.Error, ValueError):
            raise BadRequest("A cursor comes from the page before") from None
        if (cursor.start is None) != (cursor.segment is None):
            raise BadRequest("A cursor comes from the page before")
        return cursor

    @property
    def place(self) -> Place:
        return Place(self.at, self.session, self.start, self.segment)

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(self.model_dump_json(exclude_none=True).encode()).decode()
