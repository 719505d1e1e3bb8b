"""A room is captioned on when its agent or its worker ends, in order or not."""

import asyncio
import signal
from urllib.parse import urlsplit

import psutil
import pytest

from shared.contracts.captions import AgentChanged
from tests.integration.agent_service.conftest import WordReader, working
from tests.integration.agent_service.people import meeting, person, until
from tests.integration.agent_service.recordings import audio_of, chunks_in
from tests.integration.agent_service.test_captions import said
from tests.integration.agent_service.voices import say, words_in
from tests.servers import Servers, running_servers

pytestmark = pytest.mark.integration


async def test_a_killed_agents_successor_captions_on_and_doubles_nothing(
    servers: Servers, stt: WordReader
) -> None:
    with working(servers, stt, AGENT_IDLE_PROCESSES="0") as worker:
        async with meeting(servers) as held, person(held, "ann") as ann:
            first = await held.captioned()
            await ann.heard()
            await ann.say(say("alfa", 1.5))
            await held.finals(1)
            for process in worker.job_processes():
                process.kill()
            await held.dispatch()
            second = await held.listening(after=1)
            await ann.rest(1.5)  # until it hears her
            await ann.say(say("bravo", 1.5))
            finals = await held.finals(2)
            assert said(finals) == [("ann", "alfa"), ("ann", "bravo")]
            assert len({caption.segment_id for caption in finals}) == 2
            assert second != first
            assert await held.holder() == second


async def test_an_agent_that_was_frozen_does_not_caption_beside_its_successor(
    servers: Servers, stt: WordReader
) -> None:
    with working(servers, stt, AGENT_IDLE_PROCESSES="0") as worker:
        async with meeting(servers) as held, person(held, "ann") as ann:
            await held.captioned()
            await ann.heard()
            frozen = worker.job_processes()
            for process in frozen:
                process.suspend()
            await held.dispatch()
            second = await held.listening(after=1)
            await ann.rest(1.5)  # until it hears her
            ann.begin(say("echo", 3.0))
            for process in frozen:
                process.resume()
            await held.finals(1)
            async with asyncio.timeout(40):
                while await held.agents() != [second]:  # noqa: ASYNC110 - only LiveKit knows
                    await asyncio.sleep(0.05)
            assert said(await held.finals(1)) == [("ann", "echo")]


async def test_a_stopping_worker_delivers_what_is_being_said(servers: Servers, stt: WordReader) -> None:
    with working(servers, stt) as worker:
        async with meeting(servers) as held, person(held, "ann") as ann:
            agent = await held.captioned()
            await ann.heard()
            ann.begin(say("golf", 10.0))
            await until(lambda: any(each.text == "golf" for each in ann.shown))
            worker.process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(worker.process.wait, 40) == 0
            (final,) = await held.finals(1)
            assert final.text == "golf"
            await until(lambda: bool(ann.finals))
            assert await held.changes() == [
                AgentChanged(state="listening", identity=agent),
                AgentChanged(state="left", identity=agent),
            ]
            assert await held.holder() is None
            async with asyncio.timeout(40):
                while await held.agents():  # noqa: ASYNC110 - only LiveKit knows
                    await asyncio.sleep(0.05)


async def test_nothing_of_a_killed_worker_lives_on(servers: Servers, stt: WordReader) -> None:
    with working(servers, stt) as worker:
        async with meeting(servers) as held, person(held, "ann"):
            await held.captioned()
            processes = worker.job_processes()
            assert processes
            worker.process.kill()
            async with asyncio.timeout(40):
                while any(process.is_running() for process in processes):  # noqa: ASYNC110 - they tell nobody
                    await asyncio.sleep(0.05)


async def test_nothing_lives_on_of_a_worker_killed_with_unread_answers(
    servers: Servers, stt: WordReader
) -> None:
    with working(servers, stt) as worker:
        async with meeting(servers) as held, person(held, "ann"):
            await held.captioned()
            processes = worker.job_processes()
            for process in processes:
                process.suspend()
            await asyncio.sleep(3.0)  # the worker asks them every 2.5 s whether they live
            worker.process.send_signal(signal.SIGSTOP)
            for process in processes:
                process.resume()
            await asyncio.sleep(0.5)
            # What they answered lies unread in the worker's socket: its end is a reset, no end of file.
            worker.process.kill()
            async with asyncio.timeout(40):
                while any(process.is_running() for process in processes):  # noqa: ASYNC110 - they tell nobody
                    await asyncio.sleep(0.05)


async def test_an_agent_that_cannot_get_back_into_its_room_makes_way(stt: WordReader) -> None:
    with running_servers() as servers, working(servers, stt):
        async with meeting(servers) as held:
            agent = await held.captioned()
            assert await held.holder() == agent
            listening_on(servers.livekit_url).kill()
            async with asyncio.timeout(40):
                while await held.holder():  # noqa: ASYNC110 - Redis is asked
                    await asyncio.sleep(0.05)
            assert [change.state for change in await held.changes()] == ["listening", "left"]


def listening_on(url: str) -> psutil.Process:
    """The process that serves an address of this machine."""
    port = urlsplit(url).port
    return next(
        psutil.Process(each.pid)
        for each in psutil.net_connections("tcp4")
        if each.laddr.port == port and each.status == psutil.CONN_LISTEN
    )


async def test_a_killed_agent_loses_no_chunk_that_was_closed(servers: Servers, stt: WordReader) -> None:
    stt.down = True  # recording does not wait for recognition
    with working(servers, stt, AGENT_IDLE_PROCESSES="0") as worker:
        async with meeting(servers) as held, person(held, "ann") as ann:
            await held.captioned()
            await ann.heard()
            for word in ("alfa", "bravo", "charlie"):
                await ann.say(say(word, 3.5))
            await until(lambda: bool(chunks_in(worker.storage)))
            for process in worker.job_processes():
                process.kill()
            stt.down = False
            await held.dispatch()
            await held.listening(after=1)
            await ann.rest(1.5)  # until it hears her
            await ann.say(say("delta", 2.0))
            await ann.turn_off()
            await until(lambda: len({chunk.start for chunk in chunks_in(worker.storage)}) > 1)
        heard = [words_in(audio_of(worker.storage, chunk)) for chunk in chunks_in(worker.storage)]
        assert "alfa bravo" in heard[0]
        assert "delta" in heard[-1]
        starts = [chunk.start for chunk in chunks_in(worker.storage)]
        assert starts == sorted(set(starts))
