"""What is read costs Postgres about the same for who has ten thousand sessions as for who has ten."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import AsyncCursor, sql
from psycopg.rows import dict_row, tuple_row

from api_service.audio import repository as audio
from api_service.database import Connection, become_user
from api_service.realtime import repository as realtime
from api_service.search import repository as search
from api_service.sessions import listing_repository as listing
from api_service.sessions import repository as sessions
from api_service.sessions.listing import Place, Sorting, Wanted
from api_service.speakers import repository as speakers
from api_service.summaries import repository as summaries
from api_service.tasks import repository as tasks
from api_service.templates import repository as templates
from api_service.transcripts import repository as transcripts
from api_service.users import repository as users
from api_service.users import settings_repository as settings
from tests.integration.api_service.gateway import belongings
from tests.servers import Servers

pytestmark = pytest.mark.integration

FEW, MANY = 10, 10_000
_EXPLAIN = "explain (analyze, buffers, format json) "
_SEED = """
    insert into public.recording_sessions
      (user_id, title, language, created_at, updated_at, started_at, duration_seconds, status, tags)
    select %(user)s, 'Meeting ' || number, case when mod(number, 4000) = 7 then 'ja-JP' else 'en-US' end,
      made.at, made.at, made.at, number, case when mod(number, 4000) = 7 then 'failed' else 'completed' end,
      case when mod(number, 4000) = 7 then array['weekly', 'rare'] else array['weekly'] end
    from generate_series(1, %(sessions)s) as number,
      lateral (select now() - number * interval '1 day' as at) as made
"""
_SEED_JOBS = """
    insert into public.jobs (user_id, session_id, kind, status, result, created_at, completed_at)
    select user_id, id, 'transcribe', 'success', '{}', created_at, created_at
    from public.recording_sessions where user_id = %(user)s
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with so many sessions and with one row in every table."""

    id: UUID
    session: UUID
    transcription: UUID
    segment: UUID
    template: UUID
    task: UUID


class Counting(AsyncCursor[Any]):
    """Counts the pages that statements look at."""

    pages = 0

    async def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        explained = sql.SQL(_EXPLAIN) + query if isinstance(query, sql.Composable) else _EXPLAIN + query
        async with AsyncCursor(self.connection, row_factory=tuple_row) as asking:
            await asking.execute(explained, params)
            plan = await asking.fetchone()
        assert plan
        top = plan[0][0]["Plan"]
        type(self).pages += top["Shared Hit Blocks"] + top["Shared Read Blocks"]
        return await super().execute(query, params, **options)


def account(servers: Servers, *, having: int) -> Account:
    url = servers.database_admin_url
    owner = belongings.account(url, f"plans-{having}-{uuid4().hex[:8]}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_SEED, {"user": owner, "sessions": having})
        own = belongings.make(url, owner=owner)
        connection.execute(_SEED_JOBS, {"user": owner})
        connection.execute("vacuum analyze public.recording_sessions, public.session_members, public.jobs")
    ids = {table: UUID(str(row["id"])) for table, row in own.rows.items() if "id" in row}
    return Account(
        id=UUID(owner),
        session=ids["recording_sessions"],
        transcription=ids["transcriptions"],
        segment=ids["transcript_segments"],
        template=ids["summary_templates"],
        task=ids["jobs"],
    )


@pytest.fixture(scope="module")
def both(servers: Servers) -> tuple[Account, Account]:
    return account(servers, having=FEW), account(servers, having=MANY)


@pytest.fixture
async def connection(servers: Servers) -> AsyncIterator[Connection]:
    async with await psycopg.AsyncConnection.connect(
        servers.database_url, row_factory=dict_row, cursor_factory=Counting
    ) as connection:
        yield connection


Reading = Callable[[Connection, Account], Awaitable[object]]
_EARLIER = Place((datetime.now(UTC) - timedelta(days=5)).isoformat(), UUID(int=0))


def listed(
    wanted: Wanted | None = None, sorting: Sorting | None = None, *, after: Place | None = None
) -> Reading:
    return lambda connection, account: listing.page(
        connection, account.id, wanted or Wanted(), sorting or Sorting(), after=after, limit=10
    )


def _middle(value: str) -> Place:
    return Place(value, UUID(int=0))


READINGS: dict[str, Reading] = {
    "account": lambda c, a: users.find(c, a.id),
    "preferences": lambda c, a: settings.find_choices(c, a.id),
    "usage": lambda c, a: settings.count_usage(c, a.id),
    "session": lambda c, a: sessions.find(c, a.session, user_id=a.id),
    "outcome": lambda c, a: sessions.outcome(c, a.session, user_id=a.id),
    "newest sessions": listed(),
    "older sessions": listed(after=_EARLIER),
    "changed sessions": listed(sorting=Sorting("updated_at")),
    "sessions by title": listed(sorting=Sorting("title", "asc")),
    "sessions by title, further on": listed(sorting=Sorting("title", "asc"), after=_middle("Meeting 5")),
    "sessions by start": listed(sorting=Sorting("started_at")),
    "sessions by start, further on": listed(sorting=Sorting("started_at"), after=_EARLIER),
    "shortest sessions": listed(sorting=Sorting("duration_seconds", "asc")),
    "longer sessions": listed(sorting=Sorting("duration_seconds", "asc"), after=_middle("5.0")),
    "sessions of a status": listed(Wanted(statuses=("completed",))),
    "sessions of a rare status": listed(Wanted(statuses=("failed", "archived"))),
    "sessions of a status by title": listed(Wanted(statuses=("completed",)), Sorting("title", "asc")),
    "sessions with a tag": listed(Wanted(tags=("weekly",))),
    "sessions with a rare tag": listed(Wanted(tags=("rare", "weekly"))),
    "sessions with a tag that is nowhere": listed(Wanted(tags=("nowhere",))),
    "sessions in a language": listed(Wanted(language="en")),
    "sessions in a rare language": listed(Wanted(language="ja")),
    "sessions in a language that is nowhere": listed(Wanted(language="fr")),
    "task": lambda c, a: tasks.find(c, a.task, user_id=a.id),
    "newest tasks": lambda c, a: tasks.page(c, tasks.Wanted(), user_id=a.id, after=None, limit=10),
    "older tasks": lambda c, a: tasks.page(c, tasks.Wanted(), user_id=a.id, after=_EARLIER, limit=10),
    "tasks of a session": lambda c, a: tasks.page(
        c, tasks.Wanted(session_id=a.session), user_id=a.id, after=None, limit=10
    ),
    "unfinished tasks": lambda c, a: tasks.page(
        c, tasks.Wanted(over=False), user_id=a.id, after=None, limit=10
    ),
    "seldom tasks": lambda c, a: tasks.page(
        c, tasks.Wanted(kinds=frozenset({"transcribe", "second_pass"})), user_id=a.id, after=None, limit=10
    ),
    "unfinished tasks of a kind": lambda c, a: tasks.page(
        c, tasks.Wanted(kinds=frozenset({"transcribe"}), over=False), user_id=a.id, after=None, limit=10
    ),
    "current transcript": lambda c, a: transcripts.current(c, a.session, user_id=a.id),
    "versions": lambda c, a: transcripts.versions(c, a.session, user_id=a.id),
    "segments": lambda c, a: transcripts.segments(c, a.transcription, user_id=a.id, limit=50),
    "extent": lambda c, a: transcripts.extent(c, a.transcription, user_id=a.id),
    "history": lambda c, a: transcripts.history(c, a.segment, user_id=a.id),
    "speakers": lambda c, a: speakers.in_session(c, a.session, user_id=a.id),
    "live segments": lambda c, a: realtime.stored_segments(c, a.session),
    "number of segments": lambda c, a: realtime.count_segments(c, a.session),
    "names": lambda c, a: realtime.speaker_names(c, a.session),
    "summaries": lambda c, a: summaries.newest(c, a.session, user_id=a.id, limit=10, offset=0),
    "evidence of summaries": lambda c, a: summaries.present(
        c, a.session, {a.transcription: ["TR_a-0"]}, user_id=a.id
    ),
    "templates": lambda c, a: templates.find_all(c, templates.Wanted(), user_id=a.id),
    "template": lambda c, a: templates.find(c, a.template, user_id=a.id),
    "audio files": lambda c, a: audio.whole(c, a.session, user_id=a.id),
    "titles": lambda c, a: search.titles(c, "meeting", after=None, limit=10),
    "a title": lambda c, a: search.titles(c, "meeting 7", after=None, limit=10),
    "what was said": lambda c, a: search.segments(c, "hello", after=None, limit=10),
}


@pytest.mark.parametrize("name", READINGS)
async def test_reading_costs_the_same_however_many_sessions_there_are(
    connection: Connection, both: tuple[Account, Account], name: str
) -> None:
    pages = []
    for reader in both:
        await become_user(connection, {"sub": str(reader.id), "role": "authenticated"})
        Counting.pages = 0
        await READINGS[name](connection, reader)
        pages.append(Counting.pages)
        await connection.rollback()
    few, many = pages
    assert many <= 2 * few + 40, f"{few} pages of {FEW} sessions, {many} of {MANY}"
