"""Reads lists of sessions in the order of their indexes, so that a page costs the same wherever it lies.

One's own sessions and those of others are two lists that are merged: each of them alone has an index.
"""

import re
from uuid import UUID

from psycopg.rows import class_row
from psycopg.sql import SQL, Composable, Composed

from api_service.database import Connection
from api_service.sessions.listing import Place, Sort, Sorting, Wanted
from api_service.sessions.repository import COLUMNS, Session

_KEYS: dict[Sort, SQL] = {
    "created_at": SQL("session.created_at"),
    "updated_at": SQL("session.updated_at"),
    "started_at": SQL("coalesce(session.started_at, '-infinity')"),
    "title": SQL("session.title_key"),
    "duration_seconds": SQL("coalesce(session.duration_seconds, -1)"),
}
"""What the list is ordered by; never null, so that rows can be compared with a place."""

_PLACES: dict[Sort, SQL] = {
    "created_at": SQL("%(value)s::timestamptz"),
    "updated_at": SQL("%(value)s::timestamptz"),
    "started_at": SQL("coalesce(%(value)s::timestamptz, '-infinity')"),
    "title": SQL("lower(%(value)s)"),
    "duration_seconds": SQL("coalesce(%(value)s::double precision, -1)"),
}

_FEW = 200
"""So many sessions are looked up by their ids and sorted; of more, a page is found in the list's order."""

_OWN = SQL("""
    public.recording_sessions as session
    where session.user_id = %(user_id)s and %(role)s is distinct from 'participant'
""")
_OF_OTHERS = SQL("""
    public.session_members as member
    join public.recording_sessions as session on session.id = member.session_id
    where member.user_id = %(user_id)s and member.role = 'participant' and %(role)s is distinct from 'owner'
""")

_PAGE = SQL("""
    select {columns}, session.role from (
      (
        select {columns}, title_key, 'owner' as role
        from {own} and {wanted} {order} limit %(reach)s
      )
      union all
      (
        select {columns}, title_key, 'participant' as role
        from {of_others} and {wanted} {order} limit %(reach)s
      )
    ) as session
    {order} limit %(limit)s offset %(offset)s
""")
_COUNT = SQL("""
    select (select count(*) from {own} and {wanted})
      + (select count(*) from {of_others} and {wanted}) as sessions
""")


async def page(
    connection: Connection,
    user_id: UUID,
    wanted: Wanted,
    sorting: Sorting,
    *,
    after: Place | None,
    limit: int,
    offset: int = 0,
) -> list[Session]:
    """The user's sessions that follow a place, or the first ones."""
    conditions = _conditions(wanted)
    values = _values(user_id, wanted) | {"limit": limit, "offset": offset, "reach": limit + offset}
    if wanted.statuses or wanted.tags or wanted.language:
        values["few"] = await _few(connection, wanted)
        if values["few"] is not None:
            conditions.append(SQL("session.id = any(%(few)s)"))
    if after is not None:
        values |= {"value": after.value, "id": after.id}
        conditions.append(_beyond(sorting))
    query = _PAGE.format(
        columns=SQL(COLUMNS),
        own=_OWN,
        of_others=_OF_OTHERS,
        wanted=SQL(" and ").join(conditions),
        order=_order(sorting),
    )
    async with connection.cursor(row_factory=class_row(Session)) as cursor:
        await cursor.execute(query, values)
        return await cursor.fetchall()


async def count(connection: Connection, user_id: UUID, wanted: Wanted) -> int:
    """How many of the user's sessions are wanted."""
    conditions = SQL(" and ").join(_conditions(wanted))
    query = _COUNT.format(own=_OWN, of_others=_OF_OTHERS, wanted=conditions)
    cursor = await connection.execute(query, _values(user_id, wanted))
    row = await cursor.fetchone()
    return int(row["sessions"]) if row else 0


async def _few(connection: Connection, wanted: Wanted) -> list[UUID] | None:
    """The sessions of the connection's user with the status, tags and language, unless they are many."""
    cursor = await connection.execute(
        "select internal.few_sessions(%s::text[], %s::text[], %s, %s) as ids",
        [list(wanted.statuses) or None, list(wanted.tags) or None, wanted.language, _FEW],
    )
    row = await cursor.fetchone()
    found: list[UUID] | None = row["ids"] if row else None
    return found


def _order(sorting: Sorting) -> Composed:
    direction = SQL("desc") if sorting.order == "desc" else SQL("asc")
    return SQL("order by {} {direction}, session.id {direction}").format(
        _KEYS[sorting.by], direction=direction
    )


def _beyond(sorting: Sorting) -> Composed:
    comparison = SQL("<") if sorting.order == "desc" else SQL(">")
    return SQL("({}, session.id) {} ({}, %(id)s)").format(_KEYS[sorting.by], comparison, _PLACES[sorting.by])


def _conditions(wanted: Wanted) -> list[Composable]:
    conditions: list[Composable] = [SQL("true")]
    if wanted.words:
        conditions.append(
            SQL("""
            not exists (
              select from unnest(%(patterns)s::text[]) as pattern
              where concat_ws(
                chr(10), session.title, session.description, array_to_string(session.tags, chr(10))
              ) not ilike pattern
            )
        """)
        )
    if wanted.statuses:
        conditions.append(SQL("session.status = any(%(statuses)s)"))
    if wanted.tags:
        conditions.append(SQL("session.tags @> %(tags)s::text[]"))
    if wanted.language:
        conditions.append(SQL("starts_with(lower(session.language) || '-', lower(%(language)s) || '-')"))
    if wanted.created_from:
        conditions.append(SQL("session.created_at >= %(created_from)s"))
    if wanted.created_to:
        conditions.append(SQL("session.created_at < %(created_to)s"))
    return conditions


def _values(user_id: UUID, wanted: Wanted) -> dict[str, object]:
    return {
        "user_id": user_id,
        "role": wanted.role,
        "patterns": [f"%{_literally(word)}%" for word in wanted.words],
        "statuses": list(wanted.statuses),
        "tags": list(wanted.tags),
        "language": wanted.language,
        "created_from": wanted.created_from,
        "created_to": wanted.created_to,
    }


def _literally(word: str) -> str:
    """For LIKE, where some characters stand for others."""
    return re.sub(r"([\\%_])", r"\\\1", word)
