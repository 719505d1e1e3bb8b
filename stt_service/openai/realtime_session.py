"""One connection to `/v1/realtime`, from the first event to the client's leaving."""

import asyncio
import base64
import binascii
from collections.abc import Iterable
from dataclasses import replace
from uuid import uuid4

import structlog
from fastapi import WebSocket

from shared.audio import BYTES_PER_SAMPLE, SAMPLE_RATE, Inflow, Pcm
from shared.captioner import Captioner, Version
from shared.errors import BadRequest, ServiceError, TooLarge, UnsupportedMedia
from shared.listening import Ear, SpeechGate
from shared.segmenter import Utterance
from stt_service.openai.catalogue import find_model
from stt_service.openai.errors import InvalidParameter, details
from stt_service.openai.realtime_events import Cleared, ErrorDetails, ErrorEvent, ServerEvent
from stt_service.openai.realtime_requests import (
    Append,
    BetaSessionUpdate,
    Clear,
    ClientEvent,
    Commit,
    SessionUpdate,
    UnreadableEvent,
    read_event,
)
from stt_service.openai.realtime_settings import RealtimeSettings
from stt_service.openai.realtime_turns import Turns
from stt_service.runtime import Runtime
from stt_service.streaming.hearing import METERS, StreamRecogniser, slices
from stt_service.streaming.inbox import Inbox
from stt_service.streaming.outbox import Outbox
from stt_service.streaming.stream import MOST_FINALS, MOST_MESSAGES, PATIENCE_SECONDS

log = structlog.get_logger()

MAX_EVENT_BYTES = 15 * 1024 * 1024
"""As much as OpenAI takes in one event."""

_MIN_COMMIT_SECONDS = 0.1


class NothingToCommit(BadRequest):
    code, title = "input-audio-buffer-commit-empty", "There is no audio to commit"


class BufferFull(TooLarge):
    code, title = "input-audio-buffer-full", "The buffer holds no more audio"


class RealtimeSession:
    """Owns everything of one connection for as long as `run` runs."""

    def __init__(
        self, websocket: WebSocket, runtime: Runtime, settings: RealtimeSettings, *, beta: bool
    ) -> None:
        self._inbox = Inbox(
            websocket,
            idle_seconds=runtime.settings.stream_idle_seconds,
            max_bytes=MAX_EVENT_BYTES,
        )
        self._runtime = runtime
        self._settings = settings
        self._beta = beta
        self._id = f"sess_{uuid4().hex}"
        self._turns = Turns(beta)
        self._taken = 0.0
        """Seconds of audio that the present ear or buffer was not there for."""
        self._buffer = bytearray()
        """16 kHz audio that waits for the client to commit it; empty while turns are detected."""
        self._outbox = Outbox(websocket, patience_seconds=PATIENCE_SECONDS)
        self._recogniser = StreamRecogniser(runtime.recogniser)
        self._captioner = Captioner(
            self._id,
            self._recogniser,
            language=None,
            requests=asyncio.Semaphore(1),
            publish=self._publish,
            meters=METERS,
        )
        self._inflow = Inflow(settings.format.rate)
        self._ear = self._new_ear()
        """None while the client commits by itself."""

    async def run(self) -> None:
        """Serve until the client leaves, which is a WebSocketDisconnect, alone or in a group."""
        self._outbox.put(self._settings.created(self._id, beta=self._beta))
        log.info("realtime.begins", realtime_session=self._id)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._inbox.run())
            group.create_task(self._outbox.run())
            group.create_task(self._captioner.run())
            while True:
                await self._take(await self._receive())

    async def _receive(self) -> str:
        message = await self._inbox.next()
        if isinstance(message, bytes):
            raise UnsupportedMedia("Events are JSON in text messages, audio in them is Base64")
        return message

    async def _take(self, message: str) -> None:
        """One event of the client. What is wrong with it is told, and the session goes on."""
        try:
            event = read_event(message)
        except UnreadableEvent as fault:
            self._complain(fault.failure, fault.event_id)
            return
        try:
            await self._serve(event)
        except ServiceError as failure:
            self._complain(failure, event.event_id)

    async def _serve(self, event: ClientEvent) -> None:
        match event:
            case Append():
                await self._append(_decoded(event.audio))
            case Commit():
                self._commit()
            case Clear():
                self._clear()
            case SessionUpdate() | BetaSessionUpdate():
                await self._update(event)
        await self._captioner.caught_up(most=MOST_FINALS)
        await self._outbox.caught_up(most=MOST_MESSAGES)

    async def _append(self, data: bytes) -> None:
        await self._listen_to(self._inflow.push(data))

    async def _listen_to(self, audio: bytes) -> None:
        if self._ear is None:
            limit = self._runtime.settings.max_audio_seconds
            if _seconds(len(self._buffer) + len(audio)) > limit:
                raise BufferFull(f"{limit:g} seconds fit into the buffer")
            self._buffer += audio
            return
        for piece in slices(audio):
            self._hear(self._ear, piece)
            await self._captioner.caught_up(most=MOST_FINALS)
            await asyncio.sleep(0)

    def _hear(self, ear: Ear, piece: bytes) -> None:
        for utterance in ear.hear(piece):
            self._pass_on(utterance)
        if ear.began is not None:
            self._say(self._turns.begin(self._taken + ear.began))

    def _pass_on(self, utterance: Utterance) -> None:
        placed = replace(utterance, start=self._taken + utterance.start)
        self._say(self._turns.begin(placed.start))
        if utterance.final and utterance.settled:
            self._say(self._turns.end(placed.end))
        elif utterance.final:  # cut because it grew too long
            self._turns.hand_on()
        if utterance.settled or utterance.final:
            self._captioner.hear(placed)

    def _commit(self) -> None:
        if self._ear is None:
            self._commit_buffer()
        elif not self._end_turn(self._ear):
            raise NothingToCommit("Nobody has spoken since the last item")

    def _end_turn(self, ear: Ear) -> bool:
        """End what is being said, listen anew, and return whether anything was."""
        self._hear(ear, self._inflow.flush())
        spoken = self._turns.open
        for utterance in ear.end():
            self._pass_on(utterance)
        self._forget_audio()
        return spoken

    def _commit_buffer(self) -> None:
        self._buffer += self._inflow.flush()
        self._inflow = Inflow(self._settings.format.rate)
        audio = Pcm(bytes(self._buffer))
        if audio.seconds < _MIN_COMMIT_SECONDS:
            raise NothingToCommit(f"The buffer has {audio.seconds * 1000:.0f} ms of audio, 100 are needed")
        self._say(self._turns.commit())
        self._captioner.hear(Utterance(self._taken, audio, settled=True, final=True))
        self._forget_audio()

    def _clear(self) -> None:
        self._turns.forget()
        self._captioner.forget()
        self._forget_audio()
        self._outbox.put(Cleared())

    def _forget_audio(self) -> None:
        """Begin with an empty buffer where the one before ended."""
        self._taken += self._ear.heard_seconds if self._ear else _seconds(len(self._buffer))
        self._buffer.clear()
        self._inflow = Inflow(self._settings.format.rate)
        self._ear = self._new_ear()

    def _new_ear(self) -> Ear | None:
        if not self._settings.turn_detection:
            return None
        return Ear(
            SpeechGate(self._runtime.follow_voice(), threshold=self._settings.turn_detection.threshold),
            self._settings.segmenter(max_seconds=self._runtime.settings.max_utterance_seconds),
        )

    async def _update(self, event: SessionUpdate | BetaSessionUpdate) -> None:
        settings = self._settings.updated(event.input)
        if settings.transcription.model:
            find_model(self._runtime, settings.transcription.model)
        self._recogniser.language, self._recogniser.hints = settings.language, settings.hints
        before, self._settings = self._settings, settings
        if (before.format, before.turn_detection) != (settings.format, settings.turn_detection):
            await self._listen_otherwise()
        beta = isinstance(event, BetaSessionUpdate)
        if beta:
            self._turns.speak_beta()
        self._outbox.put(settings.told(self._id, beta=beta))

    async def _listen_otherwise(self) -> None:
        """What was heard under the settings before is a turn; what nobody has committed is heard anew."""
        uncommitted = bytes(self._buffer) + (b"" if self._ear else self._inflow.flush())
        if self._ear:
            self._end_turn(self._ear)
        else:
            self._buffer.clear()
            self._forget_audio()
        await self._listen_to(uncommitted)

    def _publish(self, version: Version) -> None:
        if version.final:
            self._say(self._turns.hear(version))

    def _say(self, events: Iterable[ServerEvent]) -> None:
        for event in events:
            self._outbox.put(event)

    def _complain(self, failure: ServiceError, event_id: str | None) -> None:
        log.info("realtime.refused", code=failure.code)
        self._outbox.put(error_event(failure, event_id=event_id))


def error_event(failure: ServiceError, *, event_id: str | None = None) -> ErrorEvent:
    """A failure as an event, naming the client's event that it is about where there is one."""
    return ErrorEvent(error=ErrorDetails(**details(failure).model_dump(), event_id=event_id))


def _seconds(length: int) -> float:
    """Of so many bytes of 16 kHz audio."""
    return length / (BYTES_PER_SAMPLE * SAMPLE_RATE)


def _decoded(audio: str) -> bytes:
    try:
        return base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidParameter("audio", "audio is not Base64") from None
