"""Answers as server-sent events, which come while the rest of the audio is still being recognised."""

from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing

import structlog
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shared.contracts.stt import Segment
from shared.errors import ServiceError
from shared.text import continuation
from stt_service.openai.errors import details
from stt_service.openai.schemas import DiarizedSegment, DiarizedTranscription, Failure, TextDelta, TextDone
from stt_service.recognition import Piece

log = structlog.get_logger()

MEDIA_TYPE = "text/event-stream"


class Events(StreamingResponse):
    """However it ends, nothing is left running, and what it holds is let go."""

    def __init__(self, events: AsyncGenerator[str, None]) -> None:
        self._events = events
        self._held = ExitStack()
        super().__init__(events, media_type=MEDIA_TYPE, headers={"cache-control": "no-cache"})

    def hold(self, held: ExitStack) -> None:
        """Take over what is to be let go when all is sent, or nobody reads any more."""
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            async with aclosing(self._events):
                await super().__call__(scope, receive, send)


async def as_heard(first: Piece, rest: AsyncGenerator[Piece, None]) -> AsyncGenerator[str, None]:
    """A delta for each segment as soon as it is there, then the whole text, which is all deltas together.

    The answer has begun, so a failure on the way is an event `error` in the place of the whole text.
    """
    text = ""
    async with aclosing(_segments(first, rest)) as segments:
        try:
            async for segment in segments:
                delta = continuation(text, segment.text)
                text += delta
                yield _event(TextDelta(delta=delta))
        except ServiceError as fault:
            log.info("stream.broke_off", code=fault.code)
            yield _failure(fault)
        except Exception:  # whatever it is, the client is told and the log has the trace
            log.exception("stream.crashed")
            yield _failure(ServiceError("The fault is logged under the request id"))
        else:
            yield _event(TextDone(text=text))


async def by_speakers(heard: DiarizedTranscription) -> AsyncGenerator[str, None]:
    """Each segment, its text as a delta, and the whole text, which is all deltas together."""
    text = ""
    for segment in heard.segments:
        delta = continuation(text, segment.text)
        text += delta
        yield _event(segment)
        yield _event(TextDelta(delta=delta, segment_id=segment.id))
    yield _event(TextDone(text=text))


async def _segments(first: Piece, rest: AsyncGenerator[Piece, None]) -> AsyncGenerator[Segment, None]:
    async with aclosing(rest):
        for segment in first.heard.segments:
            yield segment
        async for piece in rest:
            for segment in piece.heard.segments:
                yield segment


def _event(event: TextDelta | TextDone | DiarizedSegment) -> str:
    return f"data: {event.model_dump_json(exclude_none=True)}\n\n"


def _failure(fault: ServiceError) -> str:
    return f"event: error\ndata: {Failure(error=details(fault)).model_dump_json()}\n\n"
