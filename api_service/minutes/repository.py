"""What a job that makes minutes reads and writes, as the service."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import JsonValue

from api_service.database import Connection
from api_service.jobs.repository import Attempt
from api_service.llm.bill import Bill, Cost
from api_service.minutes.transcript import Said


@dataclass(frozen=True, slots=True)
class Meeting:
    """What minutes are to be made of."""

    transcription_id: UUID | None
    """None where nothing was ever said."""

    language: str
    title: str
    titled: bool
    """Whether a person has given the title."""

    met_at: datetime
    template_content: str | None
    said: list[Said]
    """The segments with words, in the order in which they were said."""


@dataclass(frozen=True, slots=True)
class NewSummary:
    """A summary that is to be stored, by column."""

    template_content: str | None
    summary: str
    key_points: list[JsonValue]
    action_items: list[JsonValue]
    participants: list[JsonValue]
    minutes: JsonValue
    language: str
    ai_model: str
    ai_provider: str
    processing_time_ms: int
    token_usage: dict[str, JsonValue]
    cost_cents: float | None


async def meeting(connection: Connection, attempt: Attempt) -> Meeting | None:
    """None when the session has been deleted."""
    cursor = await connection.execute("select * from internal.transcript_of_job(%s)", [attempt.id])
    row = await cursor.fetchone()
    if row is None:
        return None
    return Meeting(
        transcription_id=row["transcription_id"],
        language=row["language"],
        title=row["title"],
        titled=row["titled"],
        met_at=row["met_at"],
        template_content=row["template_content"],
        said=[Said(**each) for each in row["segments"]],
    )


async def bill(connection: Connection, attempt: Attempt) -> Bill:
    """What a job has spent until now."""
    cursor = await connection.execute("select * from internal.spending_of_job(%s)", [attempt.id])
    row = await cursor.fetchone()
    if row is None:
        return Bill()
    spent = Cost(row["prompt_tokens"], row["completion_tokens"], row["cost_cents"])
    return Bill(before=spent, known_cents_before=row["known_cents"])


async def add_spending(connection: Connection, attempt: Attempt, cost: Cost, *, known_cents: float) -> None:
    """What has come to it since it was last written down, of which so many cents are known."""
    await connection.execute(
        "select internal.add_spending(%s, %s, %s, %s, %s)",
        [attempt.id, cost.prompt_tokens, cost.completion_tokens, cost.cents, known_cents],
    )


async def store(
    connection: Connection,
    attempt: Attempt,
    transcription_id: UUID,
    summary: NewSummary | None,
    *,
    title: str | None,
    result: dict[str, JsonValue],
) -> bool:
    """Store what is given and finish the job. False, and nothing stored, when the job is another's by now."""
    cursor = await connection.execute(
        "select internal.store_minutes(%s, %s, %s, %s, %s, %s) as stored",
        [
            *(attempt.id, attempt.attempt, transcription_id),
            *(Jsonb(asdict(summary)) if summary else None, title, Jsonb(result)),
        ],
    )
    row = await cursor.fetchone()
    return bool(row and row["stored"])
