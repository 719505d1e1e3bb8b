"""One stream of our own protocol, from its first message to its last final."""

import asyncio
from dataclasses import replace
from typing import TypeVar
from uuid import uuid4

import structlog
from fastapi import WebSocket
from pydantic import BaseModel, ValidationError

from shared.audio import BYTES_PER_SAMPLE, Inflow
from shared.captioner import Captioner, Version
from shared.contracts.stream import Listening, Start, Stop, Stopped, StreamCaption
from shared.errors import InvalidRequest
from shared.listening import Ear, SpeechGate
from shared.segmenter import Segmenter, Utterance
from shared.sockets import receive
from stt_service.runtime import Runtime
from stt_service.streaming.hearing import METERS, StreamRecogniser, slices
from stt_service.streaming.inbox import Inbox
from stt_service.streaming.outbox import Outbox

log = structlog.get_logger()

MAX_MESSAGE_BYTES = 1_048_576
"""Half a minute at 16 kHz."""

MOST_FINALS = 2
"""Finals that wait before audio is kept back: with them a client that is too fast stays in the network."""

MOST_MESSAGES = 64
PATIENCE_SECONDS = 30.0
_START_SECONDS = 10.0
_STALLED_SECONDS = 1.0
"""Audio that is so late is not on its way, as in a room."""

Message = TypeVar("Message", bound=BaseModel)


async def begin(websocket: WebSocket) -> Start:
    """The first message. Raises WebSocketDisconnect, SocketIdle, MessageTooLarge or InvalidRequest."""
    first = await receive(websocket, idle_seconds=_START_SECONDS, max_bytes=MAX_MESSAGE_BYTES)
    if isinstance(first, bytes):
        raise InvalidRequest("The first message is a text: a start, before any audio")
    return _parsed(Start, first)


class Stream:
    """Owns everything of one connection for as long as `run` runs."""

    def __init__(self, websocket: WebSocket, start: Start, runtime: Runtime) -> None:
        settings = runtime.settings
        self._websocket = websocket
        self._inbox = Inbox(websocket, idle_seconds=settings.stream_idle_seconds, max_bytes=MAX_MESSAGE_BYTES)
        self._offset = start.offset
        self._first_revision = start.revision
        self._listening = Listening(
            track=start.track or f"stream-{uuid4().hex}",
            offset=start.offset,
            engine=runtime.loaded.kind,
            model=runtime.loaded.engine.name,
        )
        self._bytes_per_second = BYTES_PER_SAMPLE * start.sample_rate
        self._inflow = Inflow(start.sample_rate)
        self._ear = Ear(
            SpeechGate(runtime.follow_voice(), threshold=settings.speech_threshold),
            Segmenter(pause_seconds=settings.pause_seconds, max_seconds=settings.max_utterance_seconds),
        )
        self._outbox = Outbox(websocket, patience_seconds=PATIENCE_SECONDS)
        self._captioner = Captioner(
            self._listening.track,
            StreamRecogniser(runtime.recogniser, hints=tuple(start.hints), want_words=start.words),
            language=start.language,
            # One for the final that is due and one for a partial.
            requests=asyncio.Semaphore(2),
            publish=self._publish,
            meters=METERS,
        )

    async def run(self) -> None:
        """Caption until the client says stop, deliver the last final and close.

        Raises WebSocketDisconnect when the client hangs up, and ServiceErrors, alone or in a group.
        """
        self._outbox.put(self._listening)
        log.info("stream.begins", track=self._listening.track)
        async with asyncio.TaskGroup() as group:
            # It also notices when the client leaves, whatever the others wait for.
            reading = group.create_task(self._inbox.run())
            sending = group.create_task(self._outbox.run())
            captioning = group.create_task(self._captioner.run())
            await self._listen()
            self._captioner.close()
            await captioning
            self._outbox.put(Stopped(heard_seconds=round(self._ear.heard_seconds, 3)))
            await self._outbox.sent()
            sending.cancel()
            reading.cancel()
        await self._websocket.close()
        log.info("stream.ends", audio_seconds=round(self._ear.heard_seconds, 3))

    async def _listen(self) -> None:
        last = b""
        while not isinstance(message := await self._next(after=last), str):
            last = message
            await self._hear(self._inflow.push(message))
        _parsed(Stop, message)
        await self._hear(self._inflow.flush())
        self._end_utterance()

    async def _next(self, *, after: bytes) -> str | bytes:
        """The next message; where it is not there in time, what was being said has ended."""
        in_time = len(after) / self._bytes_per_second + _STALLED_SECONDS
        if not await self._inbox.has_next(within_seconds=in_time):
            self._end_utterance()
        return await self._inbox.next()

    def _end_utterance(self) -> None:
        for utterance in self._ear.end():
            self._pass_on(utterance)

    async def _hear(self, data: bytes) -> None:
        for piece in slices(data):
            for utterance in self._ear.hear(piece):
                self._pass_on(utterance)
            await self._captioner.caught_up(most=MOST_FINALS)
            await self._outbox.caught_up(most=MOST_MESSAGES)
            await asyncio.sleep(0)

    def _pass_on(self, utterance: Utterance) -> None:
        self._captioner.hear(replace(utterance, start=self._offset + utterance.start))

    def _publish(self, version: Version) -> None:
        # Whoever counts from a revision has perhaps seen words that have to go again.
        if version.visible or version.failure or (version.final and self._first_revision):
            caption = _caption(version, first_revision=self._first_revision)
            self._outbox.put(caption, replacing=version.segment_id)


def _caption(version: Version, *, first_revision: int) -> StreamCaption:
    return StreamCaption(
        segment_id=version.segment_id,
        revision=first_revision + version.revision,
        final=version.final,
        text=version.text,
        start=round(version.start, 3),
        end=round(version.end, 3),
        language=version.language,
        confidence=version.confidence,
        words=version.words,
        failure=version.failure.code if version.failure else None,
    )


def _parsed(kind: type[Message], text: str) -> Message:
    try:
        return kind.model_validate_json(text)
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        named = kind.__name__.lower()
        raise InvalidRequest(f"This is no {named}: {place or 'the message'}: {first['msg']}") from None
