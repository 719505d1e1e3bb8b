"""Minutes as tasks: asked for, made again, and followed until they are a summary of their session."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api_service.bodies import JsonBody
from api_service.jobs.repository import TooManyTasks
from api_service.minutes import queueing
from api_service.minutes.making import NothingSaid
from api_service.minutes.queueing import SummariesWaiting
from api_service.minutes.queueing_schemas import SummaryBegun, SummaryChoices, SummaryWishes
from api_service.runtime import CurrentCaller
from api_service.sessions.service import NotOwner, SessionId, SessionNotFound
from api_service.summaries.service import SummaryId, SummaryNotFound
from api_service.tasks.schemas import TaskResponse
from api_service.tasks.service import TaskNotFound
from api_service.templates.service import TemplateNotFound
from shared.errors import Unauthenticated, Unavailable, UnsupportedMedia
from shared.problems import documented

router = APIRouter(tags=["summaries"], responses=documented(Unauthenticated, Unavailable, SessionNotFound))
_ASKING = documented(
    *(SessionNotFound, TemplateNotFound, NotOwner, NothingSaid, SummariesWaiting, TooManyTasks),
    UnsupportedMedia,
)
_ASKING_AGAIN = _ASKING | documented(SessionNotFound, SummaryNotFound, TemplateNotFound)
_ADDRESS = "/api/v2/sessions/{session_id}/ai-summary"


@router.post(_ADDRESS, status_code=202, dependencies=[JsonBody], responses=_ASKING)
async def begin_summary(
    session_id: SessionId,
    caller: CurrentCaller,
    response: Response,
    chosen: Annotated[SummaryChoices, Query()],
    asked: SummaryWishes | None = None,
) -> SummaryBegun:
    """Have minutes of one's own session made and kept beside those there are.

    What stands in the body counts more than what stands in the address. To ask again while the same is being
    made gives the same task; to ask again after a failure tries again.
    """
    wishes = _together(chosen, asked)
    return _begun(response, SummaryBegun.of(session_id, await queueing.summarize(caller, session_id, wishes)))


@router.get(_ADDRESS, responses=documented(TaskNotFound, SessionNotFound))
async def newest_summary_task(session_id: SessionId, caller: CurrentCaller) -> TaskResponse:
    """One's newest task that makes minutes of this session, also one that began after it by itself."""
    return TaskResponse.of(await queueing.newest(caller, session_id))


async def regenerate_summary(
    session_id: SessionId,
    summary_id: SummaryId,
    caller: CurrentCaller,
    response: Response,
    chosen: Annotated[SummaryChoices, Query()],
    asked: SummaryWishes | None = None,
) -> SummaryBegun:
    """Make a summary once more, as it was made but for what is asked: a version beside it, which stays."""
    wishes = _together(chosen, asked)
    task_id = await queueing.regenerate(caller, session_id, summary_id, wishes)
    return _begun(response, SummaryBegun.of(session_id, task_id))


for _version in ("v1", "v2"):
    router.post(
        f"/api/{_version}/sessions/{{session_id}}/ai-summaries/{{summary_id}}/regenerate",
        status_code=202,
        dependencies=[JsonBody],
        responses=_ASKING_AGAIN,
    )(regenerate_summary)


def _together(chosen: SummaryChoices, asked: SummaryWishes | None) -> SummaryWishes:
    given = chosen.model_dump(exclude_unset=True)
    return SummaryWishes.model_validate(given | (asked.model_dump(exclude_unset=True) if asked else {}))


def _begun(response: Response, begun: SummaryBegun) -> SummaryBegun:
    response.headers["location"] = begun.poll_url
    return begun
