"""Makers of minutes that a test holds in its hand, and a worker's runner around them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from api_service.database import Database
from api_service.jobs.runner import Runner, TryLater, Work
from api_service.llm.bill import Bill, Cost
from api_service.minutes.document import Line, Minutes, Voice
from api_service.minutes.job import MinutesTools, summarize
from api_service.minutes.making import Made, MinutesMaker, Ready, Titled, Told, Wishes
from api_service.minutes.sections import SectionStream
from api_service.minutes.transcript import Said
from api_service.settings import ApiSettings
from shared.clients.redis import connect
from shared.errors import ServiceError


class ScriptedMaker:
    """Writes of every segment that its speaker has spoken: the title first, and the rest when it is let."""

    def __init__(self) -> None:
        self.asked: list[Wishes] = []
        self.failures: list[ServiceError] = []
        self.costs: list[Cost] = []
        """Of the next attempts; then of each the same."""

        self.let = asyncio.Event()
        self.let.set()
        self.title_told = asyncio.Event()

    async def make(
        self, transcript: Sequence[Said], wishes: Wishes, told: Told, bill: Bill | None = None
    ) -> Made:
        self.asked.append(wishes)
        spent = bill or Bill()
        spent.add(self.costs.pop(0) if self.costs else Cost(10, 5, 0.25))
        if self.failures:
            raise self.failures.pop(0)
        minutes = _written(transcript)
        await told(Ready(0.5, minutes, ("title",)))
        self.title_told.set()
        await self.let.wait()
        await told(Ready(1.0, minutes, ("key_points", "highlights")))
        return Made(minutes, "scripted-1", "tests", spent.cost, dropped=1)

    async def entitle(
        self, transcript: Sequence[Said], wishes: Wishes, *, summary: str = "", bill: Bill | None = None
    ) -> Titled:
        self.asked.append(wishes)
        spent = bill or Bill()
        spent.add(Cost(3, 1, 0.05))
        title = f"{transcript[0].speaker} and others"
        return Titled(title, "written", "scripted-1", "tests", spent.cost)


def _written(transcript: Sequence[Said]) -> Minutes:
    voices = [Voice(spoken_as=each.spoken_as, name=each.speaker) for each in transcript]
    lines = [
        Line(
            text=f"⟦{index}⟧ spoke",
            segment_ids=[said.segment_id],
            speaker=said.speaker,
            start_time=said.start,
        )
        for index, said in enumerate(transcript)
    ]
    return Minutes(
        origin="written",
        title="⟦0⟧ and others",
        highlights=lines[:1],
        key_points=lines,
        decisions=[],
        action_items=[],
        open_questions=[],
        chapters=[],
        participants=[each.name for each in voices],
        voices=voices,
    )


class Hands:
    """Does jobs when a test says so, as a worker does."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def do(self, task_id: str) -> bool:
        """One attempt; whether the job is not to be begun again."""
        try:
            await self._runner.run(UUID(task_id))
        except TryLater:
            return False
        return True


@asynccontextmanager
async def hands(settings: ApiSettings, maker: MinutesMaker) -> AsyncIterator[Hands]:
    database = Database(settings.database_url.get_secret_value(), connections=3)
    redis = connect(settings.redis_url.get_secret_value())
    await database.open()
    tools = MinutesTools(database, maker, SectionStream(redis))

    async def do(work: Work) -> None:
        await summarize(tools, work)

    try:
        yield Hands(Runner(database, do, limit_seconds=60))
    finally:
        await redis.aclose()
        await database.close()
