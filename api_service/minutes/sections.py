"""Sections of minutes while these are made: a short stream in Redis for whoever follows the task."""

from collections.abc import Sequence
from typing import Self, get_args
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue
from redis.asyncio import Redis

from api_service.minutes.document import Minutes
from api_service.minutes.making import Section
from api_service.realtime.replies import raw_entries
from shared.clients.redis import reachable

_KEPT_SECONDS = 900
"""Longer than it takes to come back after a lost connection; what is complete is in the database."""

_MOST_ENTRIES = 32
_LARGEST_SECTION = 200_000
_BEGINNING = "-"


class SectionReady(BaseModel):
    """A part of minutes that are being made. A later one of the same name stands in its place."""

    task_id: UUID
    name: Section
    items: list[JsonValue] = Field(description="As in `minutes`; of the title, one text")

    @classmethod
    def of(cls, task_id: UUID, name: Section, minutes: Minutes) -> Self:
        value = minutes.model_dump(mode="json")[name]
        return cls(task_id=task_id, name=name, items=value if isinstance(value, list) else [value])


class SectionStream:
    """What raises Unavailable here concerns nothing but the sections."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def begin(self, task_id: UUID) -> None:
        """Forget what an attempt before this one has told. Raises Unavailable."""
        async with reachable():
            await self._redis.delete(_key(task_id))

    async def tell(self, task_id: UUID, sections: Sequence[SectionReady]) -> None:
        """Raises Unavailable."""
        told = [text for each in sections if len(text := each.model_dump_json()) <= _LARGEST_SECTION]
        if not told:
            return
        async with reachable(), self._redis.pipeline(transaction=False) as pipeline:
            for text in told:
                pipeline.xadd(_key(task_id), {"section": text}, maxlen=_MOST_ENTRIES, approximate=False)
            pipeline.expire(_key(task_id), _KEPT_SECONDS)
            await pipeline.execute()

    async def after(self, task_id: UUID, position: str | None) -> list[tuple[str, SectionReady]]:
        """The sections after a position, or all there are, each with its own. Raises Unavailable."""
        async with reachable():
            answer = await self._redis.xrange(_key(task_id), f"({position}" if position else _BEGINNING)
        return [
            (place, SectionReady.model_validate_json(fields["section"]))
            for place, fields in raw_entries(answer)
        ]


def in_order(sections: Sequence[Section]) -> list[Section]:
    """As a reader wants them, the title first."""
    order = get_args(Section)
    return sorted(sections, key=order.index)


def _key(task_id: UUID) -> str:
    return f"minutes:{task_id}:sections"
