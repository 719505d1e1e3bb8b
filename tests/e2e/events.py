"""The live stream of a session, as a page follows it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import httpx

from embedded.demo.client import Account, TranscriptSegment


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event; heartbeats are none."""

    kind: str
    data: str
    position: str

    @property
    def final(self) -> TranscriptSegment | None:
        """The caption of this event, if it brings one for good."""
        if self.kind != "caption":
            return None
        segment = TranscriptSegment.model_validate_json(self.data)
        return segment if segment.is_final else None


@asynccontextmanager
async def following(
    api_url: str, account: Account, session_id: UUID, *, after: str
) -> AsyncIterator[AsyncIterator[Event]]:
    """The events after a position, until the block ends."""
    path = f"/api/v1/realtime/sessions/{session_id}/events"
    async with (
        httpx.AsyncClient(base_url=api_url, headers=account.headers, timeout=30, trust_env=False) as http,
        http.stream("GET", path, params={"after": after}) as response,
    ):
        response.raise_for_status()
        yield _events(response)


async def _events(response: httpx.Response) -> AsyncIterator[Event]:
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name:
            fields[name] = value
        elif line == "" and "event" in fields:
            yield Event(fields["event"], fields["data"], fields["id"])
            fields = {}
