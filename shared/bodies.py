"""Audio in the body of a request: PCM, a plain WAV file, or a file of any kind that the decoder reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import Message

import numpy as np
from fastapi import Request

from shared.audio import SAMPLE_RATE, SAMPLE_RATES, Pcm, Samples, read_plain_wav, resample
from shared.contracts.stt import PCM_MEDIA_TYPE
from shared.decoding import AudioTooLong, Decoder, UndecodableAudio
from shared.errors import ServiceError, TooLarge

JSON_MEDIA_TYPE = "application/json"
WAV_MEDIA_TYPES = ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave")
FILE_MEDIA_TYPES = ("application/octet-stream", "application/ogg")


class BodyTooSlow(ServiceError):
    status, code, title, retryable = 408, "body-too-slow", "The body came too slowly", True


@asynccontextmanager
async def receiving(*, within_seconds: float) -> AsyncIterator[None]:
    """For whoever receives a body and does nothing else meanwhile. Raises BodyTooSlow."""
    try:
        async with asyncio.timeout(within_seconds):
            yield
    except TimeoutError:
        raise BodyTooSlow(f"The body was not there after {within_seconds:g} seconds") from None


def media_of(request: Request) -> Message:
    """The content type of a body with its parameters."""
    media = Message()
    media["content-type"] = request.headers.get("content-type", "none/none")
    return media


async def json_body(request: Request, *, max_bytes: int) -> bytes:
    """Raises TooLarge: parsing JSON holds up everybody else for as long as it takes."""
    body = await request.body()
    if len(body) > max_bytes:
        raise TooLarge(f"At most {max_bytes} bytes of JSON are taken; send {PCM_MEDIA_TYPE}")
    return body


def is_audio(media: Message) -> bool:
    """Whether a body of this kind is PCM or says to be a file."""
    # PCM's own type is one of audio's.
    return media.get_content_maintype() in ("audio", "video") or media.get_content_type() in FILE_MEDIA_TYPES


async def audio_body(request: Request, decoder: Decoder, *, max_seconds: float) -> Pcm | None:
    """The audio of a body that is PCM or says to be a file; None of any other.

    Raises UndecodableAudio, AudioTooLong or DecoderBusy.
    """
    media = media_of(request)
    media_type = media.get_content_type()
    if media_type == PCM_MEDIA_TYPE:
        return await _from_pcm(await request.body(), media, max_seconds)
    if is_audio(media):
        return await _from_file(await request.body(), media_type, decoder, max_seconds)
    return None


async def decode_file(body: bytes, decoder: Decoder, *, max_seconds: float) -> Pcm:
    """An audio file of a kind that nobody has named. Raises UndecodableAudio, AudioTooLong or DecoderBusy."""
    return await _from_file(body, WAV_MEDIA_TYPES[0], decoder, max_seconds)


def bounded(samples: Samples, rate: int, *, max_seconds: float) -> Pcm:
    """Mono samples of any rate in hertz as ours. Raises AudioTooLong."""
    _require_length(len(samples) / rate, max_seconds)
    return resample(samples, rate)


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
        return bounded(samples, SAMPLE_RATE, max_seconds=max_seconds)
    return await asyncio.to_thread(bounded, samples, int(rate), max_seconds=max_seconds)


async def _from_file(body: bytes, media_type: str, decoder: Decoder, max_seconds: float) -> Pcm:
    if media_type in WAV_MEDIA_TYPES and (plain := await asyncio.to_thread(_from_wav, body, max_seconds)):
        return plain
    return await decoder.decode(body)


def _from_wav(body: bytes, max_seconds: float) -> Pcm | None:
    wav = read_plain_wav(body)
    if wav is None:
        return None
    _require_length(wav.seconds, max_seconds)
    return resample(wav.mono(), wav.rate)


def _require_length(seconds: float, max_seconds: float) -> None:
    if seconds > max_seconds:
        raise AudioTooLong(f"At most {max_seconds:g} seconds of audio are taken")
