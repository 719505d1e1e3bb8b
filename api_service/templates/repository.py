"""Reads and writes templates of minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import sql
from psycopg.rows import class_row

from api_service.database import Connection

Value = str | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Template:
    """One template as an account sees it; those of the system have no owner."""

    id: UUID
    user_id: UUID | None
    name: str
    description: str | None
    template_content: str
    category: str
    language: str | None
    is_default: bool
    is_active: bool
    tags: list[str]
    usage_count: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which templates are asked for. What is None does not matter."""

    own: bool = True
    system: bool = False
    inactive: bool = False
    category: str | None = None
    language: str | None = None
    text: str | None = None
    """Found anywhere in the name, the description or a tag."""

    limit: int = 100
    offset: int = 0


_COLUMNS = sql.SQL("""
    id, user_id, name, description, template_content, category, language, is_default, is_active, tags,
    usage_count, created_at, updated_at
""")
_VISIBLE = sql.SQL("""
    select {} from public.summary_templates
    where deleted_at is null and (user_id is null or user_id = %(user_id)s)
""").format(_COLUMNS)
_FIND = sql.SQL("{} and id = %(id)s").format(_VISIBLE)
_FIND_ALL = sql.SQL("""
    {}
      and ((%(own)s and user_id is not null) or (%(system)s and user_id is null))
      and (is_active or %(inactive)s)
      and (%(category)s::text is null or category = %(category)s)
      and (%(language)s::text is null or language = %(language)s)
      and (
        %(pattern)s::text is null or name ilike %(pattern)s or description ilike %(pattern)s
        or exists (select from unnest(tags) as tag where tag ilike %(pattern)s)
      )
    order by user_id is null, is_default desc, language, name, id
    limit %(limit)s offset %(offset)s
""").format(_VISIBLE)


async def find(connection: Connection, template_id: UUID, *, user_id: UUID) -> Template | None:
    """A template of this user's or of the system's."""
    async with connection.cursor(row_factory=class_row(Template)) as cursor:
        await cursor.execute(_FIND, {"id": template_id, "user_id": user_id})
        return await cursor.fetchone()


async def find_all(connection: Connection, wanted: Wanted, *, user_id: UUID) -> list[Template]:
    """The user's own first, the default one above all, then by name."""
    values = {
        "user_id": user_id,
        "own": wanted.own,
        "system": wanted.system,
        "inactive": wanted.inactive,
        "category": wanted.category,
        "language": wanted.language,
        "pattern": _anywhere(wanted.text),
        "limit": wanted.limit,
        "offset": wanted.offset,
    }
    async with connection.cursor(row_factory=class_row(Template)) as cursor:
        await cursor.execute(_FIND_ALL, values)
        return await cursor.fetchall()


async def create(connection: Connection, values: Mapping[str, Value], *, user_id: UUID) -> Template:
    """A new template of this user; `values` by column."""
    names = ["user_id", *values]
    statement = sql.SQL("insert into public.summary_templates ({}) values ({}) returning {}").format(
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(map(sql.Placeholder, names)),
        _COLUMNS,
    )
    async with connection.cursor(row_factory=class_row(Template)) as cursor:
        await cursor.execute(statement, {**values, "user_id": user_id})
        created = await cursor.fetchone()
    assert created is not None  # noqa: S101 - an insert that succeeds returns its row
    return created


async def change(
    connection: Connection, template_id: UUID, values: Mapping[str, Value], *, user_id: UUID
) -> Template | None:
    """The user's own template with new values by column, of which there is at least one."""
    statement = sql.SQL(
        "update public.summary_templates set {} where id = {} and user_id = {} returning {}"
    ).format(
        sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values
        ),
        sql.Placeholder("template_id"),
        sql.Placeholder("user_id"),
        _COLUMNS,
    )
    async with connection.cursor(row_factory=class_row(Template)) as cursor:
        await cursor.execute(statement, {**values, "template_id": template_id, "user_id": user_id})
        return await cursor.fetchone()


async def delete(connection: Connection, template_id: UUID) -> bool:
    """Hide a template of the connection's user for good. Whether there was one."""
    cursor = await connection.execute("select internal.delete_template(%s) as deleted", [template_id])
    row = await cursor.fetchone()
    return bool(row and row["deleted"])


async def unset_default(connection: Connection, *, user_id: UUID) -> None:
    """No template of this user is the default; nobody else makes one the default before we are done."""
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('default template ' || %s::text, 0))", [user_id]
    )
    await connection.execute(
        "update public.summary_templates set is_default = false where user_id = %s and is_default", [user_id]
    )


def _anywhere(text: str | None) -> str | None:
    if text is None:
        return None
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
