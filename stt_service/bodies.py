"""What callers send to be recognised, as audio of ours."""

import asyncio
from dataclasses import dataclass

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from shared.audio import SAMPLE_RATE, Pcm, samples_from_numbers
from shared.bodies import JSON_MEDIA_TYPE, audio_body, bounded, is_audio, json_body, media_of, receiving
from shared.contracts.stt import PCM_MEDIA_TYPE
from shared.decoding import Decoder
from shared.errors import BadRequest, InvalidRequest, UnsupportedMedia
from stt_service.schemas import JsonRequest
from stt_service.settings import SttSettings


@dataclass(frozen=True, slots=True)
class Heard:
    """What a body contained: audio, and the language where the body names one."""

    audio: Pcm
    language: str | None = None


async def receive(request: Request, settings: SttSettings) -> None:
    """The body to its end, for `read_body`. Raises UnsupportedMedia before it, TooLarge or BodyTooSlow."""
    media = media_of(request)
    if media.get_content_type() != JSON_MEDIA_TYPE and not is_audio(media):
        raise _unsupported()
    async with receiving(within_seconds=settings.body_timeout_seconds):
        await request.body()


async def read_body(request: Request, decoder: Decoder, settings: SttSettings) -> Heard:
    """Raises UnsupportedMedia, TooLarge, InvalidRequest, RequestValidationError or UndecodableAudio."""
    max_seconds = settings.max_audio_seconds
    if media_of(request).get_content_type() == JSON_MEDIA_TYPE:
        body = await json_body(request, max_bytes=settings.max_json_bytes)
        return await asyncio.to_thread(_from_json, body, max_seconds)
    if audio := await audio_body(request, decoder, max_seconds=max_seconds):
        return Heard(audio)
    raise _unsupported()


async def read_batch(request: Request, settings: SttSettings, *, max_items: int) -> list[Heard]:
    """Raises TooLarge, InvalidRequest, RequestValidationError, BadRequest or AudioTooLong."""
    if media_of(request).get_content_type() != JSON_MEDIA_TYPE:
        raise UnsupportedMedia(f"Send {JSON_MEDIA_TYPE}")
    async with receiving(within_seconds=settings.body_timeout_seconds):
        body = await json_body(request, max_bytes=settings.max_json_bytes)
    return await asyncio.to_thread(_batch_from_json, body, max_items, settings.max_audio_seconds)


def _unsupported() -> UnsupportedMedia:
    return UnsupportedMedia(f"Send {JSON_MEDIA_TYPE}, {PCM_MEDIA_TYPE};rate={SAMPLE_RATE} or an audio file")


def _from_json(body: bytes, max_seconds: float) -> Heard:
    return _heard(_parsed(body), ("body",), max_seconds)


def _batch_from_json(body: bytes, max_items: int, max_seconds: float) -> list[Heard]:
    items = _parsed(body)
    if not isinstance(items, list) or not items:
        raise RequestValidationError([{"loc": ("body",), "msg": "A list of requests, and of at least one"}])
    if len(items) > max_items:
        raise BadRequest(f"Batch size too large. Max: {max_items}")
    return [_heard(item, ("body", number), max_seconds) for number, item in enumerate(items)]


def _parsed(body: bytes) -> object:
    try:
        parsed: object = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise InvalidRequest(f"The body is not JSON: {fault}") from None
    return parsed


def _heard(content: object, place: tuple[str | int, ...], max_seconds: float) -> Heard:
    try:
        request = JsonRequest.model_validate(content)
    except ValidationError as fault:
        raise RequestValidationError(
            [{**each, "loc": (*place, *each["loc"])} for each in fault.errors(include_input=False)]
        ) from None
    try:
        samples = samples_from_numbers(request.audio_data.audio_array)
    except ValueError as fault:
        raise RequestValidationError(
            [{"loc": (*place, "audio_data", "audio_array"), "msg": str(fault)}]
        ) from None
    rate = request.audio_data.sample_rate
    return Heard(bounded(samples, rate, max_seconds=max_seconds), request.language)
