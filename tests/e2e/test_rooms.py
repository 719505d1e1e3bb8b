"""Who said what, in meetings where people come, go, come back and meet next door."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from embedded.demo.client import TranscriptSegment
from embedded.demo.measure import words
from tests.e2e.events import Event, following
from tests.e2e.rooms import SENTENCES, Guest, count, room
from tests.platform_fixture import RunningPlatform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

GARDEN = (
    "Please water every garden before summer begins.",
    "Roses need more light than grass.",
)
STATION = (
    "Our driver left his keys on a table.",
    "My father likes to cook dinner.",
)


async def test_two_rooms_at_once_do_not_hear_a_word_of_each_other(platform: RunningPlatform) -> None:
    async with room(platform.api_url, "Garden") as garden, room(platform.api_url, "Station") as station:
        ada, bob = await asyncio.gather(garden.enter("Ada"), station.enter("Bob"))
        watchers = await asyncio.gather(garden.enter("Gina"), station.enter("Sam"))
        await asyncio.gather(ada.switch_on(), bob.switch_on())
        for garden_line, station_line in zip(GARDEN, STATION, strict=True):
            await asyncio.gather(ada.say(garden_line), bob.say(station_line))
        for guest, own, foreign in ((ada, GARDEN, STATION), (bob, STATION, GARDEN)):
            await guest.sees_final(*own)
            await _hears_only(guest, own, foreign)
        for watcher, own, foreign in zip(watchers, (GARDEN, STATION), (STATION, GARDEN), strict=True):
            await watcher.sees_final(*own)
            await _hears_only(watcher, own, foreign)


async def _hears_only(guest: Guest, own: tuple[str, ...], foreign: tuple[str, ...]) -> None:
    stored = await guest.finals_stored(lambda finals: len(finals) >= len(own))
    heard = " ".join([*(each.text for each in guest.seen), *(each.text for each in stored)])
    assert not _telling_words(heard) & _telling_words(" ".join(foreign))


def _telling_words(text: str) -> set[str]:
    """Short ones are heard everywhere, in partials most of all."""
    return {word for word in words(text).split() if len(word) > 3}


async def test_who_leaves_and_returns_is_captioned_again_under_the_same_name(
    platform: RunningPlatform,
) -> None:
    before, after = SENTENCES[:2]
    async with room(platform.api_url, "In and out") as opened:
        watcher = await opened.enter("Bob")
        ada = await opened.enter("Ada")
        await ada.switch_on()
        await ada.say(before)
        await watcher.sees_final(before)
        await ada.leave()
        returned = await opened.enter("Ada", account=ada.account)
        await returned.switch_on()
        await returned.say(after)
        await watcher.sees_final(after)
        transcript = await watcher.finals_stored(lambda finals: len(finals) >= 2)
        assert [
            (each.speaker, count(line, [each]))
            for each, line in zip(transcript, (before, after), strict=True)
        ] == [
            ("Ada", 1),
            ("Ada", 1),
        ]


async def test_a_track_that_is_published_five_times_is_heard_five_times(platform: RunningPlatform) -> None:
    lines = SENTENCES[:5]
    async with room(platform.api_url, "On and off") as opened:
        ada = await opened.enter("Ada")
        for line in lines:
            await ada.switch_on()
            await ada.say(line)
            await ada.sees_final(line)
            await ada.switch_off()
        transcript = await ada.finals_stored(lambda finals: len(finals) >= len(lines))
        assert [count(line, [each]) for line, each in zip(lines, transcript, strict=True)] == [1] * len(lines)
        assert len({each.segment_id.rpartition("-")[0] for each in transcript}) == len(lines)


async def test_who_comes_late_sees_what_was_said_and_all_that_follows_once(platform: RunningPlatform) -> None:
    early, late = SENTENCES[:2], SENTENCES[2]
    async with room(platform.api_url, "Late") as opened:
        ada = await opened.enter("Ada")
        await ada.switch_on()
        for line in early:
            await ada.say(line)
        await ada.sees_final(*early)
        bob = await opened.enter("Bob")
        known = await bob.transcript()
        assert [(each.segment_id, each.text) for each in known.finals] == [
            (each.segment_id, each.text) for each in ada.finals
        ]
        async with (
            asyncio.timeout(40),
            following(platform.api_url, bob.account, opened.session_id, after=known.position) as events,
        ):
            await ada.say(late)
            final = await _first_final(events)
        assert count(late, [final]) == 1
        await bob.sees_final(late)
        assert [each.segment_id for each in bob.finals] == [final.segment_id]
        resumed = await bob.transcript()
        assert [each.segment_id for each in resumed.finals] == [each.segment_id for each in ada.finals]


async def _first_final(events: AsyncIterator[Event]) -> TranscriptSegment:
    async for event in events:
        if event.final:
            return event.final
    raise AssertionError("the stream ended without a final")
