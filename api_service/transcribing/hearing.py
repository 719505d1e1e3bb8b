"""Has windows recognised, several at once, and puts what was heard into order."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from api_service.transcribing.insisting import Patience, insist
from api_service.transcribing.windows import Window
from shared.audio import Pcm
from shared.clients.stt import SttClient
from shared.contracts.stt import Segment, TranscribeResponse, Word

_PATIENT = Patience()


@dataclass(slots=True)
class Channel:
    """What was heard of one channel, in order; positions are seconds from the beginning of the recording."""

    segments: list[Segment] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)


@dataclass(slots=True)
class Heard:
    """Everything that was heard."""

    channels: list[Channel]
    seconds: float = 0.0
    """How long the recording is."""

    inference_seconds: float = 0.0
    languages: dict[str, float] = field(default_factory=dict)
    """Seconds of speech in each."""

    @property
    def language(self) -> str | None:
        """The one that most was said in."""
        return max(self.languages, key=lambda each: self.languages[each], default=None)


async def hear(
    stt: SttClient,
    windows: AsyncIterable[Window],
    *,
    channels: int,
    language: str | None,
    at_once: int,
    progress: Callable[[float], Awaitable[None]],
    patience: Patience = _PATIENT,
) -> Heard:
    """`progress` is told how many seconds of the recording are done. Raises what the recogniser raises."""
    heard = Heard([Channel() for _ in range(channels)])
    waiting: list[tuple[Window, list[asyncio.Task[TranscribeResponse]]]] = []
    places = asyncio.Semaphore(at_once)
    try:
        async for window in windows:
            waiting.append(
                (window, [_begin(stt, audio, language, places, patience) for audio in window.channels])
            )
            if len(waiting) > at_once:
                await _take(heard, *waiting[0])
                del waiting[0]
                await progress(heard.seconds)
        while waiting:
            await _take(heard, *waiting[0])
            del waiting[0]
            await progress(heard.seconds)
    finally:
        begun = {task for _, tasks in waiting for task in tasks}
        for task in begun:
            task.cancel()
        if begun:
            await asyncio.wait(begun)
    return heard


def _begin(
    stt: SttClient, audio: Pcm, language: str | None, places: asyncio.Semaphore, patience: Patience
) -> asyncio.Task[TranscribeResponse]:
    async def ask() -> TranscribeResponse:
        return await stt.transcribe(audio, language=language, want_words=True)

    async def recognise() -> TranscribeResponse:
        async with places:
            return await insist(ask, patience)

    return asyncio.create_task(recognise())


async def _take(heard: Heard, window: Window, tasks: list[asyncio.Task[TranscribeResponse]]) -> None:
    for channel, task in zip(heard.channels, tasks, strict=True):
        answer = await task
        channel.segments += [_placed(each, window.start) for each in answer.segments]
        channel.words += [_placed_word(each, window.start) for each in answer.words or []]
        heard.inference_seconds += answer.inference_seconds
        if answer.language and answer.segments:
            spoken = sum(each.end - each.start for each in answer.segments)
            heard.languages[answer.language] = heard.languages.get(answer.language, 0.0) + spoken
    heard.seconds = window.end


def _placed(segment: Segment, start: float) -> Segment:
    return segment.model_copy(update={"start": start + segment.start, "end": start + segment.end})


def _placed_word(word: Word, start: float) -> Word:
    return word.model_copy(update={"start": start + word.start, "end": start + word.end})


class HeardBefore:
    """What jobs have heard that could not be completed: it is not heard again when they are begun again.

    Of a few jobs only, and as long as this worker lives.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._heard: dict[UUID, Heard] = {}

    def keep(self, job_id: UUID, heard: Heard) -> None:
        while len(self._heard) >= self._most:
            del self._heard[next(iter(self._heard))]
        self._heard[job_id] = heard

    def take(self, job_id: UUID) -> Heard | None:
        return self._heard.pop(job_id, None)
