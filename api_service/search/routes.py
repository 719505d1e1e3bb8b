"""`/api/v1/search`."""

from typing import Annotated

from fastapi import APIRouter, Query

from api_service.bodies import Question
from api_service.runtime import CurrentCaller
from api_service.search import service
from api_service.search.cursor import Cursor
from api_service.search.schemas import SearchResponse
from shared.errors import BadRequest, Unauthenticated
from shared.problems import documented

router = APIRouter(prefix="/api/v1/search", tags=["search"], responses=documented(Unauthenticated))

_FAILURES = documented(BadRequest)


@router.get("", responses=_FAILURES)
@router.get("/", include_in_schema=False)
async def search(
    caller: CurrentCaller,
    q: Annotated[
        Question,
        Query(description="All of its words are in what is found, in any of their forms"),
    ],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[
        str | None, Query(max_length=400, description="`next_cursor` of the page before")
    ] = None,
) -> SearchResponse:
    """Search titles and what was said in all sessions one is a member of."""
    after = Cursor.parse(cursor).place if cursor else None
    return SearchResponse.of(await service.search(caller, q, after=after, limit=limit), q)
