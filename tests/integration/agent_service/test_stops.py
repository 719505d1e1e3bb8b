"""A room is captioned on when its agent or its worker ends, in order or not."""

import asyncio
import signal

import pytest

from shared.contracts.captions import AgentChanged
from tests.integration.agent_service.conftest import WordReader, working
from tests.integration.agent_service.people import meeting, person, until
from tests.integration.agent_service.test_captions import said
from tests.integration.agent_service.voices import say
from tests.servers import Servers

pytestmark = pytest.mark.integration


async def test_a_killed_agents_successor_captions_on_and_doubles_nothing(
    servers: Servers, stt: WordReader
) -> None:
    with working(servers, stt, AGENT_IDLE_PROCESSES="0") as worker:
        async with meeting(servers) as held, person(held, "ann") as ann:
            first = await held.captioned()
            await ann.rest(0.5)
            await ann.say(say("alfa", 1.5))
            await held.finals(1)
            for process in worker.job_processes():
                process.kill()
            await held.dispatch()
            second = await held.listening(after=1, seconds=10)
            await ann.rest(0.5)
            await ann.say(say("bravo", 1.5))
            finals = await held.finals(2)
            assert said(finals) == [("ann", "alfa"), ("ann", "bravo")]
            assert len({caption.segment_id for caption in finals}) == 2
            assert second != first
            assert await held.holder() == second


async def test_a_stopping_worker_delivers_what_is_being_said(servers: Servers, stt: WordReader) -> None:
    with working(servers, stt) as worker:
        async with meeting(servers) as held, person(held, "ann") as ann:
            agent = await held.captioned()
            ann.begin(say("golf", 10.0))
            await until(lambda: any(each.text == "golf" for each in ann.shown))
            worker.process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(worker.process.wait, 10) == 0
            (final,) = await held.finals(1)
            assert final.text == "golf"
            await until(lambda: bool(ann.finals))
            assert await held.changes() == [
                AgentChanged(state="listening", identity=agent),
                AgentChanged(state="left", identity=agent),
            ]
            assert await held.holder() is None
            assert await held.agents() == []


async def test_nothing_of_a_killed_worker_lives_on(servers: Servers, stt: WordReader) -> None:
    with working(servers, stt) as worker:
        async with meeting(servers) as held, person(held, "ann"):
            await held.captioned()
            processes = worker.job_processes()
            assert processes
            worker.process.kill()
            async with asyncio.timeout(10):
                while any(process.is_running() for process in processes):  # noqa: ASYNC110 - they tell nobody
                    await asyncio.sleep(0.05)
