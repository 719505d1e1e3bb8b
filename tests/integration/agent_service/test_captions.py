"""Everybody in a real room is captioned by name, in the room and in Redis, however they come and go."""

import asyncio
from collections.abc import Iterable

import httpx
import pytest

from shared.contracts.captions import LIVE_SESSIONS_KEY, Caption
from tests.integration.agent_service.conftest import WordReader, Worker
from tests.integration.agent_service.people import Meeting, Person, meeting, person, until
from tests.integration.agent_service.voices import say
from tests.servers import Servers

pytestmark = pytest.mark.integration


def said(captions: list[Caption]) -> list[tuple[str, str]]:
    """Who said what, in the order of the session's clock."""
    ordered = sorted(captions, key=lambda caption: caption.start)
    return [(caption.participant_identity, caption.text) for caption in ordered]


async def heard(held: Meeting, *people: Person) -> None:
    """Have an agent and wait until it hears these people."""
    await held.captioned()
    await asyncio.gather(*(who.heard() for who in people))


async def test_two_who_speak_at_once_are_captioned_apart(servers: Servers, worker: Worker) -> None:
    async with meeting(servers) as held, person(held, "ann") as ann, person(held, "bob") as bob:
        await heard(held, ann, bob)
        await asyncio.gather(ann.say(say("alfa", 3.0, pitch=150)), bob.say(say("bravo", 3.0, pitch=210)))
        finals = await held.finals(2)
        assert sorted(said(finals)) == [("ann", "alfa"), ("bob", "bravo")]
        assert {caption.track_sid for caption in finals} == {ann.track_sid, bob.track_sid}
        assert len(await held.captions()) > 2


async def test_the_room_sees_captions_in_the_speakers_name(servers: Servers, worker: Worker) -> None:
    async with (
        meeting(servers) as held,
        person(held, "ann", name="Ann A.") as ann,
        person(held, "bob") as bob,
    ):
        await heard(held, ann)
        await ann.say(say("charlie", 2.5))
        await until(lambda: bool(bob.finals))
        (final,) = await held.finals(1)
        assert {(each.speaker, each.segment_id, each.track_sid, each.text) for each in bob.shown} == {
            ("ann", final.segment_id, ann.track_sid, "charlie")
        }
        assert [each.final for each in bob.shown] == [False, True]
        await until(lambda: bool(bob.packets))
        (packet,) = bob.packets
        assert packet.pop("timestamp") == packet_time(final)
        assert packet == {
            "index": 0,
            "segment_id": final.segment_id,
            "speaker": "Ann A.",
            "text": "charlie",
            "is_final": True,
        }


def packet_time(final: Caption) -> str:
    start, end = (
        f"00:00:{int(place):02}:{round(place * 1000) % 1000:03}" for place in (final.start, final.end)
    )
    return f"[{start},{end}]"


async def test_captions_lie_where_they_were_spoken(servers: Servers, worker: Worker) -> None:
    async with meeting(servers) as held, person(held, "ann") as ann:
        await heard(held, ann)
        await ann.say(say("delta", 2.0))
        spoke_until, ended = ann.spoke_until, held.place(ann.spoke_until)
        await ann.rest(1.5)
        await ann.say(say("echo", 2.0))
        first, second = await held.finals(2)
        assert first.end - 0.2 == pytest.approx(ended, abs=0.25)
        assert second.end - first.end == pytest.approx(ann.spoke_until - spoke_until, abs=0.15)
        assert str(held.session_id) in await held.redis.smembers(LIVE_SESSIONS_KEY)


async def test_rooms_do_not_hear_each_other(servers: Servers, worker: Worker) -> None:
    async with (
        meeting(servers) as here,
        meeting(servers) as there,
        person(here, "ann") as ann,
        person(there, "ann") as other_ann,
    ):
        await asyncio.gather(heard(here, ann), heard(there, other_ann))
        await asyncio.gather(ann.say(say("alfa", 2.0)), other_ann.say(say("bravo", 2.0)))
        assert said(await here.finals(1)) == [("ann", "alfa")]
        assert said(await there.finals(1)) == [("ann", "bravo")]
        await until(lambda: bool(ann.finals and other_ann.finals))
        assert {each.text for each in ann.shown} == {"alfa"}
        assert {each.text for each in other_ann.shown} == {"bravo"}


async def test_somebody_who_leaves_in_the_middle_of_a_word_and_returns(
    servers: Servers, worker: Worker
) -> None:
    async with meeting(servers) as held, person(held, "bob"):
        async with person(held, "ann") as ann:
            await heard(held, ann)
            ann.begin(say("foxtrot", 10.0))
            await until(lambda: any(caption.text == "foxtrot" for caption in ann.shown))
        assert said(await held.finals(1)) == [("ann", "foxtrot")]
        async with person(held, "ann") as ann:
            await ann.heard()
            await ann.say(say("golf", 2.0))
            finals = await held.finals(2)
        assert said(finals) == [("ann", "foxtrot"), ("ann", "golf")]
        assert len({caption.segment_id for caption in finals}) == 2


async def test_a_muted_microphone_is_not_heard(servers: Servers, worker: Worker) -> None:
    async with meeting(servers) as held, person(held, "ann") as ann:
        await heard(held, ann)
        await ann.say(say("alfa", 1.5))
        ann.mute()
        await ann.say(say("bravo", 1.5))
        await ann.rest(0.3)
        ann.unmute()
        await ann.rest(0.3)
        await ann.say(say("charlie", 1.5))
        assert said(await held.finals(2)) == [("ann", "alfa"), ("ann", "charlie")]


async def test_a_track_that_is_published_five_times(servers: Servers, worker: Worker) -> None:
    words = ["alfa", "bravo", "charlie", "delta", "echo"]
    async with meeting(servers) as held, person(held, "ann") as ann:
        await held.captioned()
        sids = []
        for word in words:
            await ann.turn_off()
            await ann.turn_on()
            sids.append(ann.track_sid)
            await ann.heard()
            await ann.say(say(word, 1.5))
        finals = await held.finals(5)
        assert said(finals) == [("ann", word) for word in words]
        assert [caption.track_sid for caption in sorted(finals, key=lambda each: each.start)] == sids


async def test_words_in_a_row_are_captioned_once_each(
    servers: Servers, worker: Worker, stt: WordReader
) -> None:
    """A monologue longer than an utterance may be is cut, and no word is lost or doubled by it."""
    words = ["alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"]
    async with meeting(servers) as held, person(held, "ann") as ann:
        await heard(held, ann)
        await ann.say(*(say(word, 2.0) for word in words))
        finals = await held.finals(2)
        assert merged(text for _, text in said(finals)) == words
        assert max(seconds for _, seconds in stt.asked) <= 12.01


def merged(texts: Iterable[str]) -> list[str]:
    """All words in order; one that a cut went through is in both pieces and counts once."""
    words: list[str] = []
    for word in " ".join(texts).split():
        if words[-1:] != [word]:
            words.append(word)
    return words


async def test_an_agent_in_the_room_is_not_captioned(servers: Servers, worker: Worker) -> None:
    async with (
        meeting(servers) as held,
        person(held, "robot", kind="agent") as robot,
        person(held, "ann") as ann,
    ):
        await heard(held, robot, ann)
        await robot.say(say("bravo", 1.5))
        await ann.say(say("alfa", 1.5))
        assert said(await held.finals(1)) == [("ann", "alfa")]


async def test_a_worker_tells_how_it_is_and_what_waits(servers: Servers, worker: Worker) -> None:
    async with meeting(servers) as held, httpx.AsyncClient(trust_env=False, timeout=40) as http:
        await held.captioned()
        async with asyncio.timeout(40):  # rooms of other tests may still be ending
            while (await http.get(worker.health_url)).json()["rooms"] > 1:  # noqa: ASYNC110 - over HTTP
                await asyncio.sleep(0.05)
        health = await http.get(worker.health_url)
        metrics = await http.get(f"{worker.health_url}/metrics")
        assert health.json() == {"status": "healthy", "rooms": 1}
        assert 'intrascribe_queue_depth{queue="agent-finals"} 0.0' in metrics.text.splitlines()
