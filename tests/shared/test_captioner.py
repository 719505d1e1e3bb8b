"""From utterances to captions: what is shown, in which order, and what a failing speech service changes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.audio import Pcm
from shared.captioner import Captioner, Meters, Version
from shared.clients.http import UpstreamRefused
from shared.contracts.stt import Priority, TranscribeResponse, Word
from shared.errors import UpstreamFailed
from tests.scripted import ScriptedStt, answer, until, utterance

METERS = Meters("test")


@dataclass
class Heard:
    captioner: Captioner
    stt: ScriptedStt
    captions: list[Version]
    """Those that readers need."""

    published: list[Version]

    @property
    def texts(self) -> list[tuple[str, int, bool]]:
        return [(caption.text, caption.revision, caption.final) for caption in self.captions]

    async def settled(self, captions: int) -> None:
        await until(lambda: len(self.captions) == captions)


@asynccontextmanager
async def captioning(stt: ScriptedStt, *, requests: int = 4) -> AsyncIterator[Heard]:
    """A captioner that is closed at the end and has to come to its end by itself."""
    captions, published = list[Version](), list[Version]()

    def publish(version: Version) -> None:
        published.append(version)
        if version.visible:
            captions.append(version)

    captioner = Captioner(
        "TR_a",
        stt,
        language="en-US",
        requests=asyncio.Semaphore(requests),
        publish=publish,
        meters=METERS,
        retry_seconds=0.002,
    )
    running = asyncio.create_task(captioner.run())
    try:
        yield Heard(captioner, stt, captions, published)
        captioner.close()
        async with asyncio.timeout(5):
            await running
    finally:
        running.cancel()


async def test_a_version_says_what_was_heard_and_where_on_the_clock() -> None:
    async with captioning(ScriptedStt()) as heard:
        heard.captioner.hear(utterance(12.5, 2.0, final=True))
    (version,) = heard.captions
    assert version == Version(
        "TR_a-12500", 0, True, "heard 2", start=12.5, end=14.5, language="en", confidence=0.5
    )


async def test_revisions_of_a_segment_go_up_to_its_final() -> None:
    async with captioning(ScriptedStt()) as heard:
        for seconds in (1.0, 2.0):
            heard.captioner.hear(utterance(0.0, seconds))
            await heard.settled(int(seconds))
        heard.captioner.hear(utterance(0.0, 3.0, final=True))
    assert heard.texts == [("heard 1", 0, False), ("heard 2", 1, False), ("heard 3", 2, True)]
    assert {caption.segment_id for caption in heard.captions} == {"TR_a-0"}


async def test_a_final_with_the_audio_of_the_settled_snapshot_is_not_recognised_again() -> None:
    async with captioning(ScriptedStt()) as heard:
        heard.captioner.hear(utterance(0.0, 2.0, settled=True))
        await heard.settled(1)
        heard.captioner.hear(utterance(0.0, 2.0, final=True))
    assert heard.stt.asked == [("final", 2.0)]
    assert heard.texts == [("heard 2", 0, False), ("heard 2", 1, True)]


async def test_a_final_waits_for_the_recognition_that_its_settled_snapshot_began() -> None:
    stt = ScriptedStt()
    stt.gate.clear()
    async with captioning(stt) as heard:
        heard.captioner.hear(utterance(0.0, 2.0, settled=True))
        await until(lambda: stt.under_way == 1)
        heard.captioner.hear(utterance(0.0, 2.0, final=True))
        stt.gate.set()
    assert len(stt.asked) == 1
    assert heard.captions[-1].final


async def test_what_is_forgotten_is_not_recognised_and_the_finals_before_it_are() -> None:
    stt = ScriptedStt()
    stt.gate.clear()
    async with captioning(stt) as heard:
        heard.captioner.hear(utterance(0.0, 1.0, final=True))
        await until(lambda: stt.under_way == 1)
        heard.captioner.hear(utterance(2.0, 2.0, settled=True))
        heard.captioner.forget()
        heard.captioner.hear(utterance(5.0, 3.0, final=True))
        stt.gate.set()
    assert stt.asked == [("final", 1.0), ("final", 3.0)]
    assert heard.texts == [("heard 1", 0, True), ("heard 3", 0, True)]


async def test_what_is_forgotten_while_it_is_recognised_is_not_shown() -> None:
    stt = ScriptedStt()
    stt.gate.clear()
    async with captioning(stt) as heard:
        heard.captioner.hear(utterance(0.0, 2.0, settled=True))
        await until(lambda: stt.under_way == 1)
        heard.captioner.forget()
        stt.gate.set()
    assert heard.published == []


async def test_speech_that_goes_on_makes_the_settled_snapshot_a_partial_like_others() -> None:
    async with captioning(ScriptedStt()) as heard:
        heard.captioner.hear(utterance(0.0, 2.0, settled=True))
        await heard.settled(1)
        heard.captioner.hear(utterance(0.0, 3.0, final=True))
    assert heard.texts == [("heard 2", 0, False), ("heard 3", 1, True)]


async def test_at_most_one_partial_is_under_way_and_the_newest_comes_next() -> None:
    stt = ScriptedStt()
    stt.gate.clear()
    async with captioning(stt) as heard:
        heard.captioner.hear(utterance(0.0, 1.0))
        await until(lambda: stt.under_way == 1)
        for seconds in (2.0, 3.0, 4.0):
            heard.captioner.hear(utterance(0.0, seconds))
            await asyncio.sleep(0)
        stt.gate.set()
        await heard.settled(2)
    assert stt.asked == [("partial", 1.0), ("partial", 4.0)]
    assert stt.most_under_way == 1


async def test_a_partial_with_the_same_words_is_not_sent_again() -> None:
    async with captioning(ScriptedStt(text=lambda _: "same")) as heard:
        for seconds in (1.0, 2.0):
            heard.captioner.hear(utterance(0.0, seconds))
            await until(lambda asked=int(seconds): len(heard.stt.asked) == asked)  # type: ignore[misc]
        heard.captioner.hear(utterance(0.0, 3.0, final=True))
    assert heard.texts == [("same", 0, False), ("same", 1, True)]


async def test_a_partial_that_comes_after_its_final_is_not_shown() -> None:
    stt = ScriptedStt()
    stt.gate.clear()
    async with captioning(stt) as heard:
        heard.captioner.hear(utterance(0.0, 1.0))
        await until(lambda: stt.under_way == 1)
        heard.captioner._show_final(utterance(0.0, 2.0, final=True), answer(""))
        stt.gate.set()
        await until(lambda: stt.under_way == 0)
    assert heard.captions == []


async def test_nothing_is_shown_where_no_words_were_heard() -> None:
    async with captioning(ScriptedStt(text=lambda _: " ")) as heard:
        heard.captioner.hear(utterance(0.0, 1.0))
        await until(lambda: len(heard.stt.asked) == 1)
        heard.captioner.hear(utterance(0.0, 2.0, final=True))
    assert heard.captions == []
    assert [(version.text, version.final) for version in heard.published] == [("", True)]


async def test_words_that_turn_out_to_be_none_are_taken_back() -> None:
    async with captioning(ScriptedStt(text=lambda seconds: "you" if seconds < 2 else "")) as heard:
        heard.captioner.hear(utterance(0.0, 1.0))
        await heard.settled(1)
        heard.captioner.hear(utterance(0.0, 2.0, final=True))
    assert heard.texts == [("you", 0, False), ("", 1, True)]


async def test_finals_that_fail_are_tried_until_they_succeed_and_keep_their_order() -> None:
    stt = ScriptedStt(failures=[UpstreamFailed("down") for _ in range(5)])
    async with captioning(stt) as heard:
        for start in (0.0, 10.0, 20.0):
            heard.captioner.hear(utterance(start, 2.0, final=True))
    assert [caption.start for caption in heard.captions] == [0.0, 10.0, 20.0]
    assert stt.asked == [("final", 2.0)] * 8


async def test_a_settled_snapshot_that_fails_costs_nothing_but_another_attempt() -> None:
    async with captioning(ScriptedStt(failures=[UpstreamFailed("busy")])) as heard:
        heard.captioner.hear(utterance(0.0, 2.0, settled=True))
        await until(lambda: not heard.stt.failures)
        heard.captioner.hear(utterance(0.0, 2.0, final=True))
    assert heard.texts == [("heard 2", 0, True)]


async def test_a_partial_that_fails_is_dropped() -> None:
    async with captioning(ScriptedStt(failures=[UpstreamFailed("busy")])) as heard:
        heard.captioner.hear(utterance(0.0, 1.0))
        await until(lambda: not heard.stt.failures)
    assert heard.captions == []


async def test_a_refused_final_keeps_the_words_that_were_shown() -> None:
    async with captioning(ScriptedStt()) as heard:
        heard.captioner.hear(utterance(0.0, 1.0))
        await heard.settled(1)
        heard.stt.failures.append(UpstreamRefused("too long"))
        heard.captioner.hear(utterance(0.0, 2.0, final=True))
        heard.captioner.hear(utterance(5.0, 2.0, final=True))
    assert heard.texts == [("heard 1", 0, False), ("heard 1", 1, True), ("heard 2", 0, True)]
    assert [version.failure and version.failure.code for version in heard.published] == [
        None,
        "upstream-refused",
        None,
    ]


async def test_a_partial_makes_way_when_all_requests_are_taken() -> None:
    stt = ScriptedStt()
    stt.gate.clear()
    async with captioning(stt, requests=1) as heard:
        heard.captioner.hear(utterance(0.0, 2.0, final=True))
        await until(lambda: stt.under_way == 1)
        heard.captioner.hear(utterance(5.0, 1.0))
        await asyncio.sleep(0.01)
        stt.gate.set()
    assert stt.asked == [("final", 2.0)]


async def test_a_partial_is_not_worth_asking_for_while_finals_queue_up() -> None:
    stt = ScriptedStt()
    stt.gate.clear()
    async with captioning(stt) as heard:
        for start in (0.0, 10.0):
            heard.captioner.hear(utterance(start, 2.0, final=True))
        await until(lambda: stt.under_way == 1)
        heard.captioner.hear(utterance(20.0, 1.0))
        stt.gate.set()
        await heard.settled(2)
    assert ("partial", 1.0) not in stt.asked


async def test_tracks_of_a_room_share_its_requests() -> None:
    stt, requests = ScriptedStt(), asyncio.Semaphore(2)
    captions: list[Version] = []
    tracks = [
        Captioner(name, stt, language="en-US", requests=requests, publish=captions.append, meters=METERS)
        for name in "abcde"
    ]
    async with asyncio.TaskGroup() as group:
        for track in tracks:
            group.create_task(track.run())
            track.hear(utterance(0.0, 1.0, final=True))
            track.close()
    assert len(captions) == 5
    assert stt.most_under_way == 2


async def test_what_waits_is_counted() -> None:
    stt = ScriptedStt()
    stt.gate.clear()
    async with captioning(stt) as heard:
        for start in (0.0, 10.0):
            heard.captioner.hear(utterance(start, 2.0, final=True))
        assert heard.captioner.waiting == 2
        stt.gate.set()
    assert heard.captioner.waiting == 0


async def test_words_lie_on_the_clock_of_their_utterance() -> None:
    class Spelling(ScriptedStt):
        async def transcribe(
            self, audio: Pcm, *, language: str | None, priority: Priority
        ) -> TranscribeResponse:
            return answer("one").model_copy(update={"words": [Word(text="one", start=0.5, end=0.75)]})

    async with captioning(Spelling()) as heard:
        heard.captioner.hear(utterance(12.5, 2.0, final=True))
    assert heard.captions[0].words == [Word(text="one", start=13.0, end=13.25)]


async def test_whoever_can_keep_audio_back_waits_until_few_finals_wait() -> None:
    stt = ScriptedStt()
    stt.gate.clear()
    async with captioning(stt) as heard:
        for start in (0.0, 10.0, 20.0):
            heard.captioner.hear(utterance(start, 2.0, final=True))
        await heard.captioner.caught_up(most=3)
        keeping_back = asyncio.create_task(heard.captioner.caught_up(most=1))
        await until(lambda: stt.under_way == 1)
        assert not keeping_back.done()
        stt.gate.set()
        await keeping_back
        assert heard.captioner.waiting <= 1
