"""Summaries as they are shown: with the names of now, and what became of their evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from api_service.minutes.document import Minutes
from api_service.minutes.naming import Present, evidence_of, named
from api_service.minutes.notices import notice_for
from api_service.minutes.texts import Texts, texts_of
from api_service.runtime import Caller
from api_service.sessions.repository import Session
from api_service.summaries import repository
from api_service.summaries.repository import Summary

_NOTHING = Present({}, {})
"""Of a transcript that has been deleted."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A summary, and what of it depends on the transcript as it is now."""

    stored: Summary
    texts: Texts
    minutes: Minutes | None
    """None for what a client has saved."""

    notice: str | None
    """What has to be said with decisions and tasks of minutes that only quote."""

    instructions: str | None
    """Between the owner and whoever made it; none for others."""


async def show(caller: Caller, session: Session, summaries: Sequence[Summary]) -> list[Shown]:
    """The transcripts that they are of are read once for all of them."""
    made = {each.id: Minutes.model_validate(each.minutes) for each in summaries if each.minutes is not None}
    wanted: dict[UUID, set[str]] = {}
    for each in summaries:
        if each.id in made and each.transcription_id:
            wanted.setdefault(each.transcription_id, set()).update(evidence_of(made[each.id]))
    now = (
        await repository.present(caller.connection, session.id, wanted, user_id=caller.user.id)
        if wanted
        else {}
    )
    return [
        _shown(session, each, made.get(each.id), now.get(each.transcription_id or each.id, _NOTHING))
        for each in summaries
    ]


def _shown(session: Session, stored: Summary, minutes: Minutes | None, transcript: Present) -> Shown:
    texts = Texts(stored.summary, stored.key_points, stored.action_items)
    if minutes is None:
        return Shown(stored, texts, None, None, None)
    minutes = named(minutes, transcript, made_at=stored.created_at)
    title = session.title if session.title_by == "person" else minutes.title
    made = texts_of(
        minutes,
        stored.template_content,
        title=title,
        met_at=session.started_at or session.created_at,
        language=stored.language,
    )
    # What people have written stays as they wrote it.
    texts = Texts(
        summary=texts.summary if "summary" in stored.edited else made.summary,
        key_points=texts.key_points if "key_points" in stored.edited else made.key_points,
        action_items=texts.action_items if "action_items" in stored.edited else made.action_items,
    )
    instructions = stored.instructions if session.role == "owner" else None
    notice = notice_for(minutes, stored.language)
    return Shown(stored, texts, minutes, notice.quoted if notice else None, instructions)
