"""What people said survives what fails around an agent."""

import asyncio

import pytest

from shared.contracts.captions import AgentChanged
from shared.contracts.rooms import lease_key
from tests.integration.agent_service.conftest import WordReader, Worker
from tests.integration.agent_service.people import meeting, person, until
from tests.integration.agent_service.test_captions import heard, said
from tests.integration.agent_service.voices import say
from tests.servers import Servers

pytestmark = pytest.mark.integration


async def test_finals_wait_for_the_speech_service_and_come_in_order(
    servers: Servers, worker: Worker, stt: WordReader
) -> None:
    async with meeting(servers) as held, person(held, "ann") as ann:
        await heard(held, ann)
        stt.down = True
        for word in ("alfa", "bravo", "charlie"):
            await ann.say(say(word, 1.2))
            await ann.rest(0.8)
        assert await held.captions() == []
        stt.down = False
        finals = await held.finals(3)
        assert [caption.text for caption in finals] == ["alfa", "bravo", "charlie"]
        assert [caption.start for caption in finals] == sorted(caption.start for caption in finals)
        await until(lambda: len(ann.finals) == 3)
        assert [each.text for each in ann.finals] == ["alfa", "bravo", "charlie"]


async def test_captions_go_on_in_the_room_while_redis_does_not_answer(
    servers: Servers, worker: Worker
) -> None:
    async with meeting(servers) as held, person(held, "ann") as ann:
        agent = await held.captioned()
        await ann.heard()
        await held.redis.client_pause(5_000)
        paused_at = asyncio.get_running_loop().time()
        ann.begin(say("alfa", 2.0))
        await until(lambda: bool(ann.shown))
        assert not ann.shown[0].final
        assert asyncio.get_running_loop().time() < paused_at + 5
        (final,) = await held.finals(1)
        await until(lambda: len(ann.finals) == 1)
        assert (final.text, ann.finals[0].text) == ("alfa", "alfa")
        await ann.say(say("bravo", 1.5))
        assert said(await held.finals(2)) == [("ann", "alfa"), ("ann", "bravo")]
        assert await held.holder() == agent


async def test_an_agent_that_is_one_too_many_leaves(servers: Servers, worker: Worker) -> None:
    async with meeting(servers) as held, person(held, "ann") as ann:
        first = await held.captioned()
        await ann.heard()
        await held.dispatch()
        await ann.rest(6.0)
        await ann.say(say("delta", 1.5))
        assert said(await held.finals(1)) == [("ann", "delta")]
        assert await held.changes() == [AgentChanged(state="listening", identity=first)]
        assert await held.agents() == [first]
        assert await held.holder() == first


async def test_an_agent_whose_lease_another_has_leaves(servers: Servers, worker: Worker) -> None:
    async with meeting(servers) as held, person(held, "ann"):
        await held.captioned()
        await held.redis.set(lease_key(held.session_id), "somebody-else", px=60_000)
        async with asyncio.timeout(40):
            while await held.agents():  # noqa: ASYNC110 - only LiveKit knows
                await asyncio.sleep(0.05)
        assert await held.holder() == "somebody-else"


async def test_finals_are_delivered_after_the_room_has_ended(
    servers: Servers, worker: Worker, stt: WordReader
) -> None:
    async with meeting(servers) as held:
        async with person(held, "ann") as ann:
            await heard(held, ann)
            stt.down = True
            await ann.say(say("hotel", 1.5))
            await ann.rest(0.8)
        await held.end()
        async with asyncio.timeout(40):
            while await held.holder():  # noqa: ASYNC110 - Redis is asked
                await asyncio.sleep(0.05)
        assert [change.state for change in await held.changes()] == ["listening", "left"]
        stt.down = False
        assert said(await held.finals(1)) == [("ann", "hotel")]
