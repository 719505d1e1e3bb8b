"""The diarization service as its callers see it."""

from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from shared.audio import SAMPLE_RATE, Pcm
from shared.clients.http import UpstreamRefused, checked
from shared.contracts.diarization import (
    DIARIZE_PATH,
    EVENTS_MEDIA_TYPE,
    DiarizeResponse,
    Progress,
    SpeakerCount,
)
from shared.contracts.stt import PCM_MEDIA_TYPE
from shared.errors import UpstreamFailed
from shared.speakers import Turn

_HEADERS = {"content-type": f"{PCM_MEDIA_TYPE};rate={SAMPLE_RATE}"}
_ANYBODY = SpeakerCount()

_SILENT_SECONDS = 90.0
"""Who follows hears something every quarter of a minute; after so long nobody is there any more."""

Model = TypeVar("Model", bound=BaseModel)


class DiarizationClient:
    """Sends audio, receives turns. The caller owns the httpx client, its base URL and its timeouts."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def diarize(self, audio: Pcm, *, speakers: SpeakerCount = _ANYBODY) -> list[Turn]:
        """Raises UpstreamFailed when trying again may help and UpstreamRefused when it cannot."""
        with checked("diarization"):
            response = await self._http.post(
                DIARIZE_PATH, content=audio.data, params=_params(speakers), headers=_HEADERS
            )
            response.raise_for_status()
        return _turns(response.content)

    async def diarize_stream(
        self,
        pieces: AsyncIterable[bytes],
        *,
        speakers: SpeakerCount = _ANYBODY,
        follow: Callable[[Progress], None] = lambda _: None,
    ) -> list[Turn]:
        """The same for 16 kHz mono int16 samples that are sent as they come, and never held as a whole.

        `follow` is told how far it is. However long it takes, a service that falls silent has failed.
        """
        timeout = httpx.Timeout(
            connect=self._http.timeout.connect,
            write=self._http.timeout.write,
            pool=self._http.timeout.pool,
            read=_SILENT_SECONDS,
        )
        with checked("diarization"):
            async with self._http.stream(
                "POST",
                DIARIZE_PATH,
                content=pieces,
                params=_params(speakers),
                headers=_HEADERS | {"accept": EVENTS_MEDIA_TYPE},
                timeout=timeout,
            ) as response:
                if not response.is_success:
                    await response.aread()
                    response.raise_for_status()
                async for name, data in _events(response):
                    match name:
                        case "progress":
                            follow(_parsed(Progress, data))
                        case "result":
                            return _turns(data)
                        case "error":
                            raise _failure(data)
        raise UpstreamFailed("diarization ended without a result")


class _Problem(BaseModel):
    code: str
    retryable: bool


def _params(speakers: SpeakerCount) -> dict[str, int]:
    given: dict[str, int] = speakers.model_dump(exclude_none=True)
    return given


async def _events(response: httpx.Response) -> AsyncIterator[tuple[str, str]]:
    """Names and data; comments are left out."""
    name = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, line.removeprefix("data: ")


def _turns(answer: str | bytes) -> list[Turn]:
    told = _parsed(DiarizeResponse, answer)
    return [Turn(each.start_time, each.end_time, each.speaker_label) for each in told.segments]


def _failure(data: str) -> UpstreamFailed | UpstreamRefused:
    told = _parsed(_Problem, data)
    kind = UpstreamFailed if told.retryable else UpstreamRefused
    return kind(f"diarization broke off ({told.code})", reason=told.code)


def _parsed(model: type[Model], data: str | bytes) -> Model:
    try:
        return model.model_validate_json(data)
    except ValidationError as fault:
        raise UpstreamFailed("diarization answered something else than turns") from fault
