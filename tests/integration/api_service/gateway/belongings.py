"""A row of one account's in every table, so that others can be shown not to reach it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from shared.contracts.rooms import room_name

Row = Mapping[str, object]

_TABLES = """
    select relname, array_agg(attname::text order by attnum) as key
    from pg_class
    join pg_index on indrelid = pg_class.oid and indisprimary
    join pg_attribute on attrelid = pg_class.oid and attnum = any (indkey)
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
    group by relname
"""

# Later rows may refer to earlier ones. A table that no entry names fails the test that asks for all of them.
_ROWS = {
    "users": "select * from public.users where id = %(owner)s",
    "recording_sessions": """
        insert into public.recording_sessions (user_id, title, language) values (%(owner)s, 'Weekly', 'en-US')
        returning *
    """,
    "session_members": "select * from public.session_members where session_id = %(recording_sessions)s",
    "transcriptions": """
        insert into public.transcriptions (session_id, user_id, source, language, content, status)
        values (%(recording_sessions)s, %(owner)s, 'live', 'en', 'hello', 'completed') returning *
    """,
    "transcript_segments": """
        insert into public.transcript_segments
          (transcription_id, session_id, segment_id, revision, speaker, spoken_as, text, start_time, end_time)
        values (%(transcriptions)s, %(recording_sessions)s, 'TR_a-0', 1, 'Ada', 'Ada', 'hello', 0, 1)
        returning *
    """,
    "segment_revisions": """
        insert into public.segment_revisions
          (segment, revision, session_id, speaker, text, start_time, end_time, made_at)
        values (%(transcript_segments)s, 0, %(recording_sessions)s, 'Ada', 'hullo', 0, 1, now()) returning *
    """,
    "session_speakers": """
        insert into public.session_speakers (session_id, spoken_as, speaker)
        values (%(recording_sessions)s, 'Ada', 'Ada L.') returning *
    """,
    "jobs": """
        insert into public.jobs (user_id, session_id, kind)
        values (%(owner)s, %(recording_sessions)s, 'retranscribe') returning *
    """,
    "summary_templates": """
        insert into public.summary_templates (user_id, name, template_content)
        values (%(owner)s, 'Minutes', '{summary}') returning *
    """,
    "ai_summaries": """
        insert into public.ai_summaries (session_id, user_id, summary)
        values (%(recording_sessions)s, %(owner)s, 'All agreed') returning *
    """,
    "user_settings": """
        insert into public.user_settings (user_id) values (%(owner)s)
        on conflict (user_id) do update set user_id = excluded.user_id returning *
    """,
    "audio_files": """
        insert into public.audio_files (session_id, user_id, original_filename, storage_path, file_size_bytes)
        values (%(recording_sessions)s, %(owner)s, 'meeting.wav', gen_random_uuid()::text, 44) returning *
    """,
}

# What a name in a path stands for: a column of a row above.
_PARAMETERS = {
    "session_id": ("recording_sessions", "id"),
    "transcription_id": ("transcriptions", "id"),
    "segment_id": ("transcript_segments", "segment_id"),
    "task_id": ("jobs", "id"),
    "template_id": ("summary_templates", "id"),
    "summary_id": ("ai_summaries", "id"),
    "file_id": ("audio_files", "id"),
    "participant": ("users", "id"),
}


@dataclass(frozen=True, slots=True)
class Belongings:
    """The rows of one account, by table."""

    rows: dict[str, Row]
    keys: dict[str, list[str]]
    """The columns of each table's primary key."""

    def parameter(self, name: str) -> str:
        """What to put into a path at this name. Fails for a name that was never met before."""
        if name in {"room", "room_name"}:
            return room_name(UUID(str(self.rows["recording_sessions"]["id"])))
        assert name in _PARAMETERS, f"say in belongings.py what {name!r} in a path stands for"
        table, column = _PARAMETERS[name]
        return str(self.rows[table][column])

    def mentioned(self, body: Iterable[str]) -> dict[str, str]:
        """What of a body names something of this kind, pointed at these rows."""
        return {name: self.parameter(name) for name in body if name in _PARAMETERS}

    def is_row(self, table: str) -> sql.Composed:
        """The condition that finds the row of a table."""
        row = self.rows[table]
        parts = [
            sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(row[column]))
            for column in self.keys[table]
        ]
        return sql.SQL(" and ").join(parts)


def tables(url: str) -> dict[str, list[str]]:
    """All tables, and the columns of their keys."""
    with psycopg.connect(url) as connection:
        return dict(connection.execute(_TABLES).fetchall())


def account(url: str, name: str) -> str:
    """The id of a new account, or of the one with this name."""
    with psycopg.connect(url) as connection:
        query = "select internal.ensure_development_user(%s, null)"
        row = connection.execute(query, [f"{name}@example.com"]).fetchone()
    assert row is not None
    return str(row[0])


def make(url: str, *, owner: str) -> Belongings:
    """A row in every table that this database has."""
    keys = tables(url)
    rows: dict[str, Row] = {}
    known: dict[str, object] = {"owner": owner}
    with psycopg.connect(url, row_factory=dict_row) as connection:
        for table, statement in _ROWS.items():
            if table in keys:
                row = connection.execute(statement.encode(), known).fetchone()
                assert row is not None, table
                rows[table] = row
                known[table] = row.get("id")
    return Belongings(rows, keys)


def stored(url: str, belongings: Belongings) -> dict[str, Row | None]:
    """The rows as they are now."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return {
            table: connection.execute(
                sql.SQL("select * from {} where {}").format(_table(table), belongings.is_row(table))
            ).fetchone()
            for table in belongings.rows
        }


def _table(name: str) -> sql.Identifier:
    return sql.Identifier("public", name)
