"""Decides who reads the summaries of a session, and what may be saved as one."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from api_service.runtime import Caller
from api_service.sessions import service as sessions
from api_service.sessions.repository import Session
from api_service.summaries import repository
from api_service.summaries.repository import Summary, Value
from api_service.summaries.schemas import SummaryChange, SummarySave
from api_service.summaries.showing import Shown, show
from api_service.templates import service as templates
from shared.errors import BadRequest, NotFound


class SummaryNotFound(NotFound):
    code, title = "summary-not-found", "There is no such summary"

    def __init__(self) -> None:
        super().__init__("This session has no summary with this id")


class TranscriptionNotFound(NotFound):
    code, title = "transcription-not-found", "There is no such transcription"

    def __init__(self) -> None:
        super().__init__("This session has no transcription with this id")


class OtherSession(BadRequest):
    code, title = "other-session", "The body names another session than the address"

    def __init__(self) -> None:
        super().__init__("Leave session_id out of the body, or repeat the one of the address")


async def _summary_in_path(summary_id: str) -> UUID:
    try:
        return UUID(summary_id)
    except ValueError:
        raise SummaryNotFound from None


SummaryId = Annotated[UUID, Depends(_summary_in_path)]
"""For routes with `{summary_id}` in their path."""


async def newest(caller: Caller, session_id: UUID, *, limit: int, offset: int) -> list[Shown]:
    """Those of a session that the caller is a member of. Raises SessionNotFound."""
    session = await sessions.find(caller, session_id)
    found = await repository.newest(
        caller.connection, session_id, user_id=caller.user.id, limit=limit, offset=offset
    )
    return await show(caller, session, found)


async def read(caller: Caller, session_id: UUID, summary_id: UUID) -> Shown:
    """Raises SessionNotFound and SummaryNotFound."""
    session = await sessions.find(caller, session_id)
    [shown] = await show(caller, session, [await find(caller, session_id, summary_id)])
    return shown


async def find(caller: Caller, session_id: UUID, summary_id: UUID) -> Summary:
    """As it is stored. Raises SummaryNotFound, also for a session that the caller is no member of."""
    summary = await repository.find(caller.connection, session_id, summary_id, user_id=caller.user.id)
    if summary is None:
        raise SummaryNotFound
    return summary


async def save(caller: Caller, session_id: UUID, new: SummarySave) -> Shown:
    """A new summary of the caller's own session.

    Raises SessionNotFound, NotOwner, OtherSession, TranscriptionNotFound and TemplateNotFound.
    """
    session = await _owned(caller, session_id, named=new.session_id)
    if new.template_id is not None:
        await templates.find(caller, new.template_id)
    values: dict[str, Value] = new.model_dump(exclude={"session_id"})
    values["transcription_id"] = await _transcription(caller, session_id, new.transcription_id)
    created = await repository.create(caller.connection, session_id, values, user_id=caller.user.id)
    [shown] = await show(caller, session, [created])
    return shown


async def change(caller: Caller, session_id: UUID, summary_id: UUID, asked: SummaryChange) -> Shown:
    """The summary as it is then. Raises as `save` does, and SummaryNotFound."""
    session = await _owned(caller, session_id, named=asked.session_id)
    summary: Summary | None = await find(caller, session_id, summary_id)
    values: dict[str, Value] = asked.model_dump(exclude={"session_id"}, exclude_unset=True)
    if "transcription_id" in values:
        values["transcription_id"] = await _transcription(caller, session_id, asked.transcription_id)
    if values:
        summary = await repository.change(caller.connection, session_id, summary_id, values)
    if summary is None:
        raise SummaryNotFound
    [shown] = await show(caller, session, [summary])
    return shown


async def delete(caller: Caller, session_id: UUID, summary_id: UUID) -> None:
    """Raises SessionNotFound, NotOwner and SummaryNotFound."""
    await _owned(caller, session_id, named=None)
    if not await repository.delete(caller.connection, session_id, summary_id):
        raise SummaryNotFound


async def _owned(caller: Caller, session_id: UUID, *, named: str | None) -> Session:
    session = await sessions.owned(caller, session_id)
    if named is not None and sessions.session_named(named) != session_id:
        raise OtherSession
    return session


async def _transcription(caller: Caller, session_id: UUID, given: UUID | None) -> UUID | None:
    """The text that a summary is of. None for a session in which nothing was ever said."""
    if given is None:
        return await repository.newest_transcription(caller.connection, session_id)
    if not await repository.has_transcription(caller.connection, session_id, given):
        raise TranscriptionNotFound
    return given
