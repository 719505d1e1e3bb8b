"""The query of a list of tasks as clients write it."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from api_service.jobs.repository import Kind
from api_service.sessions.listing import BadCursor, Place, Sorting, place_at
from api_service.tasks.repository import Wanted

SORTING = Sorting()
"""Newest first."""


class TaskQuery(BaseModel):
    session_id: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        None, description="Of one session: its id or the name of its room"
    )
    kind: list[Literal[Kind, "finalize"]] = Field(
        default_factory=list, max_length=8, description="Any of them"
    )
    ready: bool | None = Field(None, description="Whether they are over")
    limit: int = Field(20, ge=1, le=100)
    cursor: Annotated[str, StringConstraints(max_length=2000)] | None = Field(
        None, description="From the `Link` of the page before"
    )

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        try:
            _ = self.after
        except BadCursor as fault:
            raise PydanticCustomError("cursor", "cursor: {fault}", {"fault": str(fault)}) from None
        return self

    @property
    def wanted(self) -> Wanted:
        return Wanted(kinds=frozenset(self.kind), over=self.ready)

    @property
    def after(self) -> Place | None:
        """Raises BadCursor, which validation has ruled out."""
        return place_at(self.cursor, SORTING) if self.cursor is not None else None
