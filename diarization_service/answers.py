"""The forms of an answer: JSON, RTTM, or events with the progress of a long recording."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import ExitStack, aclosing

import orjson
import structlog
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from diarization_service.schemas import Format
from diarization_service.turns import rttm
from shared.bodies import JSON_MEDIA_TYPE
from shared.contracts.diarization import EVENTS_MEDIA_TYPE, RTTM_MEDIA_TYPE, DiarizeResponse, Progress
from shared.errors import ServiceError, problem
from shared.serving import request_id

log = structlog.get_logger()

_QUIET_SECONDS = 15.0
"""After so long a comment is sent, so that nobody on the way takes the connection for a dead one."""

Follow = Callable[[Progress], None]


def wanted(request: Request, asked: Format | None) -> Format:
    """The form that the query names, or else the first of ours that the header Accept does."""
    if asked:
        return asked
    forms: dict[str, Format] = {
        JSON_MEDIA_TYPE: "json",
        RTTM_MEDIA_TYPE: "rttm",
        EVENTS_MEDIA_TYPE: "events",
    }
    for each in request.headers.get("accept", "").split(","):
        if form := forms.get(each.partition(";")[0].strip().lower()):
            return form
    return "json"


def complete(answer: DiarizeResponse, form: Format, *, name: str) -> Response:
    """All turns at once."""
    if form == "rttm":
        return Response(rttm(answer.segments, name=name), media_type=f"{RTTM_MEDIA_TYPE}; charset=utf-8")
    return Response(answer.model_dump_json(), media_type=JSON_MEDIA_TYPE)


class Events(StreamingResponse):
    """Progress as it comes, the newest for who is slow, and then the answer; `held` is let go in the end.

    The answer has begun, so a failure on the way is an event `error` in the place of the result.
    """

    def __init__(
        self,
        request: Request,
        held: ExitStack,
        work: Callable[[Follow], Coroutine[None, None, DiarizeResponse]],
    ) -> None:
        self._held = held
        self._events = _events(request, work)
        super().__init__(self._events, media_type=EVENTS_MEDIA_TYPE, headers={"cache-control": "no-cache"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """However it ends, nothing is left running."""
        with self._held:
            async with aclosing(self._events):
                await super().__call__(scope, receive, send)


async def _events(
    request: Request, work: Callable[[Follow], Coroutine[None, None, DiarizeResponse]]
) -> AsyncGenerator[str, None]:
    newest, news = Progress(stage="waiting", percent=0), asyncio.Event()

    def follow(progress: Progress) -> None:
        nonlocal newest
        newest = progress
        news.set()

    working = asyncio.ensure_future(work(follow))
    working.add_done_callback(lambda _: news.set())
    try:
        yield _event("progress", newest.model_dump_json())
        while not working.done():
            try:
                async with asyncio.timeout(_QUIET_SECONDS):
                    await news.wait()
            except TimeoutError:
                yield ": still there\n\n"
            else:
                news.clear()
                if not working.done():
                    yield _event("progress", newest.model_dump_json())
        yield _ending(request, working)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def _ending(request: Request, working: asyncio.Future[DiarizeResponse]) -> str:
    try:
        return _event("result", working.result().model_dump_json())
    except ServiceError as fault:
        log.info("stream.broke_off", code=fault.code)
        return _failure(request, fault)
    except Exception:  # whatever it is, the client is told and the log has the trace
        log.exception("stream.crashed")
        return _failure(request, ServiceError("The fault is logged under the request id"))


def _failure(request: Request, fault: ServiceError) -> str:
    body = problem(fault, instance=request.url.path, request_id=request_id(request))
    return _event("error", orjson.dumps(body).decode())


def _event(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"
