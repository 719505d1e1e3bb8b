"""The query of a list of sessions as clients write it, and the headers that lead through its pages."""

from typing import Annotated, Self

from fastapi import Request, Response
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from api_service.bodies import Language, Tag, storable
from api_service.paging import NEXT_PAGE, lead_on
from api_service.sessions.listing import (
    BadCursor,
    Order,
    Place,
    Sort,
    Sorting,
    Wanted,
    cursor_at,
    place_at,
)
from api_service.sessions.repository import Role, Status
from api_service.sessions.service import Page

_TOTAL_COUNT = "X-Total-Count"

PAGE_HEADERS: dict[str, object] = {
    **NEXT_PAGE,
    _TOTAL_COUNT: {"description": "Sessions on all pages, where `count` asks", "schema": {"type": "integer"}},
}


class SessionQuery(BaseModel):
    limit: int = Field(50, ge=1, le=100)
    offset: int = Field(0, ge=0, le=1_000_000)
    cursor: Annotated[str, StringConstraints(max_length=2000)] | None = Field(
        None,
        description="From the `Link` of the page before; unlike an offset it costs the same on every page",
    )
    q: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = Field(
        "", description="Words that all occur in the title, the description or the tags"
    )
    status: list[Status] = Field(default_factory=list, max_length=8, description="Any of them")
    tag: list[Tag] = Field(default_factory=list, max_length=20, description="All of them")
    language: Language | None = Field(None, description="With its variants: `zh` finds `zh-CN`")
    role: Role | None = None
    created_from: AwareDatetime | None = None
    created_to: AwareDatetime | None = Field(None, description="Exclusive")
    sort: Sort = "created_at"
    order: Order = "desc"
    count: bool = Field(
        False,
        description="Also count all pages, which unlike a page takes longer the more sessions there are",
    )

    @field_validator("q")
    @classmethod
    def _is_text(cls, words: str) -> str:
        return storable(words)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.created_from and self.created_to and self.created_from >= self.created_to:
            raise PydanticCustomError("empty_period", "created_from has to be earlier than created_to")
        if self.cursor is not None and self.offset:
            raise PydanticCustomError("two_places", "A cursor and an offset cannot be used together")
        try:
            _ = self.after
        except BadCursor as fault:
            raise PydanticCustomError("cursor", "cursor: {fault}", {"fault": str(fault)}) from None
        return self

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            words=tuple(self.q.split()),
            statuses=tuple(self.status),
            tags=tuple(self.tag),
            language=self.language,
            role=self.role,
            created_from=self.created_from,
            created_to=self.created_to,
        )

    @property
    def sorting(self) -> Sorting:
        return Sorting(self.sort, self.order)

    @property
    def after(self) -> Place | None:
        """Raises BadCursor, which validation has ruled out."""
        return place_at(self.cursor, self.sorting) if self.cursor is not None else None


def describe_page(
    request: Request, response: Response, page: Page, sorting: Sorting, *, total: int | None
) -> None:
    """Say in the headers where the list goes on, and how long it is if that was counted."""
    if total is not None:
        response.headers[_TOTAL_COUNT] = str(total)
    if page.next is not None:
        lead_on(request, response, cursor_at(page.next, sorting))
