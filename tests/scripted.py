"""A speech service and utterances that are values, for whatever listens."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.audio import SAMPLE_RATE, Pcm
from shared.contracts.stt import Priority, TranscribeResponse
from shared.errors import ServiceError
from shared.segmenter import Utterance


def utterance(start: float, seconds: float, *, settled: bool = False, final: bool = False) -> Utterance:
    return Utterance(start, silence(seconds), settled=settled or final, final=final)


def silence(seconds: float) -> Pcm:
    return Pcm(bytes(2 * round(seconds * SAMPLE_RATE)))


def answer(text: str) -> TranscribeResponse:
    return TranscribeResponse(
        text=text,
        confidence_score=0.5,
        processing_time_ms=1,
        language="en",
        segments=[],
        audio_seconds=1.0,
        inference_seconds=0.001,
    )


@dataclass
class ScriptedStt:
    """Answers `heard SECONDS` unless told otherwise, and holds every answer back while it is closed."""

    text: Callable[[float], str] = lambda seconds: f"heard {seconds:g}"
    failures: list[ServiceError] = field(default_factory=list)
    """Raised one after the other before anything is answered."""

    asked: list[tuple[Priority, float]] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def transcribe(self, audio: Pcm, *, language: str | None, priority: Priority) -> TranscribeResponse:
        assert language == "en-US"
        self.asked.append((priority, audio.seconds))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self.gate.wait()
            await asyncio.sleep(0)
        finally:
            self.under_way -= 1
        if self.failures:
            raise self.failures.pop(0)
        return answer(self.text(audio.seconds))


async def until(condition: Callable[[], bool], *, within_seconds: float = 20.0) -> None:
    """Let everything else run until a condition holds."""
    async with asyncio.timeout(within_seconds):
        while not condition():  # noqa: ASYNC110 - any change may be the awaited one
            await asyncio.sleep(0.001)
