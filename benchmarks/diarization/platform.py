"""Who said what as the platform finds it: two services over HTTP, and the worker's code that joins them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from api_service.transcribing.hearing import hear
from api_service.transcribing.lines import of_turns
from api_service.transcribing.windows import windows
from benchmarks.diarization.words import Said
from benchmarks.service import Service, serving
from embedded.environments import ENVIRONMENTS
from shared.audio import BYTES_PER_SAMPLE, SAMPLE_RATE, Pcm
from shared.clients.diarization import DiarizationClient
from shared.clients.http import inference_http
from shared.clients.stt import SttClient

_PIECE_BYTES = 2 * SAMPLE_RATE * BYTES_PER_SAMPLE
_AT_ONCE = 2
"""Pieces of one recording, as a worker has them recognised unless it is told otherwise."""


@contextmanager
def speech(engine: str) -> Iterator[Service]:
    """The speech service, in its own environment. Raises NotStarted."""
    python = ENVIRONMENTS["stt"].python
    with serving("stt_service", "STT_PORT", {"STT_ENGINE": engine}, python=python) as service:
        yield service


def transcribed(audio: Pcm, *, stt_url: str, diarization_url: str, patience_seconds: float) -> Said:
    """English, by whom it was said. Raises what the services' clients raise."""
    return asyncio.run(_transcribed(audio, stt_url, diarization_url, patience_seconds))


async def _transcribed(audio: Pcm, stt_url: str, diarization_url: str, patience_seconds: float) -> Said:
    async with (
        inference_http(stt_url, read_seconds=patience_seconds, connections=_AT_ONCE) as stt,
        inference_http(diarization_url, read_seconds=patience_seconds, connections=1) as diarization,
    ):
        heard, turns = await asyncio.gather(
            hear(
                SttClient(stt),
                windows(_pieces(audio), channels=1),
                channels=1,
                language="en",
                at_once=_AT_ONCE,
                progress=_unheard,
            ),
            DiarizationClient(diarization).diarize_stream(_pieces(audio)),
        )
    return [(line.speaker, line.text) for line in of_turns(heard.channels[0], turns)]


async def _pieces(audio: Pcm) -> AsyncIterator[bytes]:
    for first in range(0, len(audio.data), _PIECE_BYTES):
        yield audio.data[first : first + _PIECE_BYTES]


async def _unheard(_: float) -> None:
    """Nobody follows how far it is here."""
