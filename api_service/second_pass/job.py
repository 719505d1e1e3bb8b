"""The job that hears a meeting again from what was recorded, each participant by himself."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass, field

import structlog
from pydantic import BaseModel

from api_service.jobs import repository as jobs
from api_service.jobs.runner import JobLost, Work
from api_service.recordings.chunks import Chunks, chunks_of, from_storage
from api_service.recordings.posted import posted_name
from api_service.second_pass import repository
from api_service.second_pass.microphone import Microphone
from api_service.second_pass.pressed import on_clock
from api_service.second_pass.revising import HeardVoice, Person, revised
from api_service.transcribing.hearing import Heard, hear
from api_service.transcribing.insisting import may_pass
from api_service.transcribing.speaking import Diarization, Search, is_too_long, reported
from api_service.transcribing.tools import Tools
from api_service.transcribing.windows import Window, placed_windows
from shared.contracts.diarization import SpeakerCount
from shared.errors import ServiceError
from shared.speakers import Turn, between

log = structlog.get_logger()

_FIRST_PERCENT, _FOUND_PERCENT, _LAST_PERCENT = 15.0, 35.0, 95.0
"""Where microphones are shared, the speakers are searched first."""


class SecondPassSettings(BaseModel):
    """What a job of the kind `second_pass` was asked."""

    language: str | None = None
    """As the speech service takes it; None lets it find out."""

    is_chosen: bool = False
    """Whether somebody asked for it, and so wants to see what comes of it."""


class SecondPassResult(BaseModel):
    """The result of the task. How much the transcript holds then is added to it."""

    message: str
    duration_seconds: float
    heard_segments: int
    withdrawn_segments: int
    diarization: Diarization
    inference_seconds: float
    processing_time_ms: int


@dataclass(frozen=True, slots=True)
class _Meeting:
    """What has been heard of it."""

    seconds: float
    heard: list[Heard]
    voices: list[HeardVoice]
    diarization: Diarization

    @property
    def language(self) -> str | None:
        """The one that most was said in."""
        seconds = Counter[str]()
        for heard in self.heard:
            seconds.update(heard.languages)
        return max(seconds, key=lambda each: seconds[each], default=None)


@dataclass(slots=True)
class _Found:
    """Who speaks when into the microphones that are shared."""

    diarization: Diarization
    turns: dict[str, list[Turn] | None] = field(default_factory=dict)
    """By account. None where speakers could not be told apart this time; nobody where they never can."""


async def hear_again(tools: Tools, work: Work) -> None:
    """Raises what storage and the recogniser raise; then the transcript is as it was."""
    began = time.monotonic()
    settings = SecondPassSettings.model_validate(work.attempt.settings)
    await work.report(10, "finding_audio")
    # What programs posted, they have recognised by themselves, and named as they know it.
    recorded = await chunks_of(tools.storage, work.attempt.session_id)
    chunks = {identity: tracks for identity, tracks in recorded.items() if posted_name(identity) is None}
    if not chunks:
        async with tools.database.as_service() as connection:
            await jobs.finish(connection, work.attempt, {"message": "Nothing was recorded"})
        return
    async with tools.database.as_service() as connection:
        people = await repository.people(connection, work.attempt, list(chunks))
    meeting = await _hear_all(tools, work, people, chunks, settings)
    await _store(tools, work, meeting, settings, began)


async def _hear_all(
    tools: Tools, work: Work, people: Sequence[Person], chunks: Chunks, settings: SecondPassSettings
) -> _Meeting:
    fetch = from_storage(tools.storage)
    # What cannot be found now may be found later, and then nothing that was heard would be heard in vain.
    found = await _search_all(tools, work, people, chunks)
    microphones = [Microphone(list(chunks[each.participant_identity].values()), fetch) for each in people]
    hearing = _Hearing(tools, work, sum(each.ends_at for each in microphones), settings.language)
    heard: list[Heard] = []
    voices: list[HeardVoice] = []
    for person, microphone in zip(people, microphones, strict=True):
        turns = found.turns.get(person.account, []) if person.shared_microphone else []
        # Who could not be told apart stays as they were: names that people gave them would be lost.
        if turns is not None:
            its = await hearing.hear(microphone, cuts=between(turns))
            heard.append(its)
            voices.append(
                HeardVoice(person, microphone.first_track, its.channels[0], microphone.recorded, turns)
            )
    return _Meeting(max(each.ends_at for each in microphones), heard, voices, found.diarization)


class _Hearing:
    """Hears one participant after the other, and tells how far it is with all."""

    def __init__(self, tools: Tools, work: Work, total_seconds: float, language: str | None) -> None:
        self._tools = tools
        self._work = work
        self._total_seconds = total_seconds
        self._language = language
        self._before = 0.0
        """Seconds of those who were heard already."""

    async def hear(self, microphone: Microphone, *, cuts: Sequence[float]) -> Heard:
        heard = await hear(
            self._tools.second_stt,
            _with_sound(placed_windows(microphone.placed(), channels=1, cuts=cuts)),
            channels=1,
            language=self._language,
            at_once=self._tools.pieces_at_once,
            patience=self._tools.patience,
            progress=self._told,
        )
        self._before += microphone.ends_at
        return heard

    async def _told(self, seconds: float) -> None:
        share = min(1.0, (self._before + seconds) / self._total_seconds)
        percent = _FOUND_PERCENT + share * (_LAST_PERCENT - _FOUND_PERCENT)
        await self._work.report(percent, "processing_audio")


async def _with_sound(heard: AsyncIterable[Window]) -> AsyncIterator[Window]:
    """Without the hours in which somebody was not there."""
    async for window in heard:
        if any(channel.samples.any() for channel in window.channels):
            yield window


async def _search_all(tools: Tools, work: Work, people: Sequence[Person], chunks: Chunks) -> _Found:
    """One after the other, and all participants of an account together."""
    accounts = list(dict.fromkeys(person.account for person in people if person.shared_microphone))
    if not accounts:
        return _Found("not-wanted")
    if tools.diarization is None:
        return _Found("not-configured")
    found = _Found("completed")
    fetch = from_storage(tools.storage)
    for number, account in enumerate(accounts):
        tracks = [
            track
            for person in people
            if person.account == account
            for track in chunks[person.participant_identity].values()
        ]
        microphone = Microphone(tracks, fetch)
        if microphone.least_seconds > tools.most_diarized_seconds:
            found.diarization = "too-long"
            continue
        part = (_FOUND_PERCENT - _FIRST_PERCENT) / len(accounts)
        search = Search(tools.diarization, tools.patience, speakers=SpeakerCount())
        searching = _search(work, search, microphone)
        first = _FIRST_PERCENT + number * part
        turns, diarization = await reported(work, search, searching, first=first, last=first + part)
        found.turns[account] = turns
        found.diarization = diarization if diarization != "completed" else found.diarization
    return found


async def _search(
    work: Work, search: Search, microphone: Microphone
) -> tuple[list[Turn] | None, Diarization]:
    """Raises what may pass, until nobody would try again."""
    try:
        turns = await search.turns(microphone.pressed)
    except ServiceError as failure:
        if is_too_long(failure):
            return [], "too-long"
        if may_pass(failure) and not work.is_last_try:
            raise
        log.warning("diarization.failed", code=failure.code, detail=failure.detail)
        return None, "failed"
    return on_clock(turns, microphone.parts), "completed"


async def _store(
    tools: Tools, work: Work, meeting: _Meeting, settings: SecondPassSettings, began: float
) -> None:
    async with tools.database.as_service() as connection:
        known = await repository.hold(connection, work.attempt)
        revision = await asyncio.to_thread(revised, known, meeting.voices)
        milliseconds = round((time.monotonic() - began) * 1000)
        result = SecondPassResult(
            message=f"Heard again: {len(revision.segments)} segments of {len(meeting.voices)} voices",
            duration_seconds=round(meeting.seconds, 3),
            heard_segments=len(revision.segments),
            withdrawn_segments=len(revision.withdrawn),
            diarization=meeting.diarization,
            inference_seconds=round(sum(heard.inference_seconds for heard in meeting.heard), 3),
            processing_time_ms=milliseconds,
        )
        if not await repository.store(
            connection,
            work.attempt,
            revision,
            language=meeting.language or settings.language,
            processing_ms=milliseconds,
            is_chosen=settings.is_chosen,
            result=result.model_dump(),
        ):
            raise JobLost
