"""What callers send to be recognised, as audio of ours."""

import asyncio
from dataclasses import dataclass
from email.message import Message

import numpy as np
import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from shared.audio import SAMPLE_RATE, SAMPLE_RATES, Pcm, Samples, read_plain_wav, resample
from shared.contracts.stt import PCM_MEDIA_TYPE
from shared.decoding import AudioTooLong, Decoder, UndecodableAudio
from shared.errors import BadRequest, InvalidRequest, TooLarge, UnsupportedMedia
from stt_service.schemas import JsonRequest
from stt_service.settings import SttSettings

JSON_MEDIA_TYPE = "application/json"
WAV_MEDIA_TYPES = ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave")
FILE_MEDIA_TYPES = ("application/octet-stream", "application/ogg")

_INT16_PEAK = 32_767


@dataclass(frozen=True, slots=True)
class Heard:
    """What a body contained: audio, and the language where the body names one."""

    audio: Pcm
    language: str | None = None


async def read_body(request: Request, decoder: Decoder, settings: SttSettings) -> Heard:
    """Raises UnsupportedMedia, TooLarge, InvalidRequest, RequestValidationError or UndecodableAudio."""
    max_seconds = settings.max_audio_seconds
    media = Message()
    media["content-type"] = request.headers.get("content-type", "none/none")
    media_type = media.get_content_type()
    if media_type == JSON_MEDIA_TYPE:
        return await asyncio.to_thread(_from_json, await _json_body(request, settings), max_seconds)
    if media_type == PCM_MEDIA_TYPE:
        return Heard(await _from_pcm(await request.body(), media, max_seconds))
    if media.get_content_maintype() in ("audio", "video") or media_type in FILE_MEDIA_TYPES:
        return Heard(await _from_file(await request.body(), media_type, decoder, max_seconds))
    raise UnsupportedMedia(f"Send {JSON_MEDIA_TYPE}, {PCM_MEDIA_TYPE};rate={SAMPLE_RATE} or an audio file")


async def read_batch(request: Request, settings: SttSettings, *, max_items: int) -> list[Heard]:
    """Raises TooLarge, InvalidRequest, RequestValidationError, BadRequest or AudioTooLong."""
    media = Message()
    media["content-type"] = request.headers.get("content-type", "none/none")
    if media.get_content_type() != JSON_MEDIA_TYPE:
        raise UnsupportedMedia(f"Send {JSON_MEDIA_TYPE}")
    body = await _json_body(request, settings)
    return await asyncio.to_thread(_batch_from_json, body, max_items, settings.max_audio_seconds)


async def decode_file(body: bytes, decoder: Decoder, max_seconds: float) -> Pcm:
    """An audio file of a kind that nobody has named. Raises UndecodableAudio, AudioTooLong or DecoderBusy."""
    return await _from_file(body, WAV_MEDIA_TYPES[0], decoder, max_seconds)


async def _json_body(request: Request, settings: SttSettings) -> bytes:
    body = await request.body()
    if len(body) > settings.max_json_bytes:
        raise TooLarge(f"At most {settings.max_json_bytes} bytes of JSON are taken; send {PCM_MEDIA_TYPE}")
    return body


async def _from_pcm(body: bytes, media: Message, max_seconds: float) -> Pcm:
    rate = str(media.get_param("rate", str(SAMPLE_RATE)))
    if not (rate.isdecimal() and len(rate) <= 6 and int(rate) in SAMPLE_RATES):
        raise UndecodableAudio(f"rate is a number of hertz from {SAMPLE_RATES[0]} to {SAMPLE_RATES[-1]}")
    if str(media.get_param("channels", "1")) != "1":
        raise UndecodableAudio(f"{PCM_MEDIA_TYPE} has one channel")
    if not body or len(body) % 2:
        raise UndecodableAudio(f"{PCM_MEDIA_TYPE} is a number of whole 16-bit samples, and not none")
    samples = np.frombuffer(body, "<i2")
    if int(rate) == SAMPLE_RATE:
        return _bounded(samples, SAMPLE_RATE, max_seconds)
    return await asyncio.to_thread(_bounded, samples, int(rate), max_seconds)


async def _from_file(body: bytes, media_type: str, decoder: Decoder, max_seconds: float) -> Pcm:
    if media_type in WAV_MEDIA_TYPES and (plain := read_plain_wav(body)):
        return await asyncio.to_thread(_bounded, *plain, max_seconds)
    return await decoder.decode(body)


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
    samples = _samples(request.audio_data.audio_array, place)
    return Heard(_bounded(samples, request.audio_data.sample_rate, max_seconds), request.language)


def _samples(values: object, place: tuple[str | int, ...]) -> Samples:
    """Numbers in [-1, 1] or on the scale of 16 bits, whichever they are, as 16-bit samples."""
    try:
        numbers = np.array(values if isinstance(values, list) else [])
    except (ValueError, OverflowError):
        numbers = np.array([])
    if numbers.ndim != 1 or numbers.size == 0 or numbers.dtype.kind not in "iuf":
        raise _invalid_array(place, "A list of numbers, and of at least one")
    peak = np.abs(numbers).max()
    if not peak <= _INT16_PEAK + 1:  # also when it is no number
        raise _invalid_array(place, "Numbers in [-1, 1] or on the scale of 16 bits")
    # The whole numbers -1, 0 and 1 are near silence on the large scale, not the loudest noise on the small.
    if peak <= 1 and np.any(numbers % 1):
        numbers = numbers * _INT16_PEAK
    return np.clip(np.round(numbers), -_INT16_PEAK - 1, _INT16_PEAK).astype(np.int16)


def _bounded(samples: Samples, rate: int, max_seconds: float) -> Pcm:
    if len(samples) > max_seconds * rate:
        raise AudioTooLong(f"At most {max_seconds:g} seconds of audio are taken")
    return resample(samples, rate)


def _invalid_array(place: tuple[str | int, ...], message: str) -> RequestValidationError:
    return RequestValidationError([{"loc": (*place, "audio_data", "audio_array"), "msg": message}])
