"""The parts of the running platform, to be killed, and its database, to be asked behind the API's back."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psutil
import psycopg
from psycopg.rows import class_row

from embedded import lifecycle
from embedded.composition import Platform
from embedded.layout import Layout
from embedded.supervision.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of the transcript."""

    segment_id: str
    participant_identity: str
    text: str


def kill(state: Path, *, part: str) -> None:
    """End a part of the platform in the middle of whatever it does."""
    psutil.Process(Supervisor(Layout(state)).programs()[part].pid).kill()


def kill_rooms(state: Path) -> None:
    """End every process that captions a room: those of the worker's children that talk to Valkey."""
    port = _platform(state).settings.valkey_port
    worker = psutil.Process(Supervisor(Layout(state)).programs()["agent"].pid)
    rooms = [process for process in worker.children(recursive=True) if _talks_to(process, port)]
    assert rooms, "no process of the worker talks to Valkey"
    for process in rooms:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _talks_to(process: psutil.Process, port: int) -> bool:
    try:
        return any(each.raddr and each.raddr.port == port for each in process.net_connections("tcp"))
    except psutil.NoSuchProcess:  # a room of another test has just ended
        return False


def stored(state: Path, session_id: UUID) -> list[Stored]:
    """Every row of a session's transcript, by the time it was said."""
    with psycopg.connect(str(_platform(state).admin_url), row_factory=class_row(Stored)) as connection:
        return connection.execute(
            """
            select segment_id, participant_identity, text from public.transcript_segments
            where session_id = %s order by start_time
            """,
            [session_id],
        ).fetchall()


def mishear(state: Path, session_id: UUID, text: str) -> None:
    """Let recognition have written this for everything that was said."""
    with psycopg.connect(str(_platform(state).admin_url)) as connection:
        connection.execute(
            "update public.transcript_segments set text = %s where session_id = %s", [text, session_id]
        )


def _platform(state: Path) -> Platform:
    platform = lifecycle.current(Layout(state))
    assert platform, "the platform is not up"
    return platform
