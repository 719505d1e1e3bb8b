"""The embedded engine on recorded speech, and on everything that is none."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from shared.audio import Floats, Pcm, join
from shared.contracts.stt import Segment
from shared.decoding_child import decode
from stt_service.engine import Speech, SttEngine
from tests.models.stt_service.words import errors, words

pytestmark = pytest.mark.models

RANDOM = np.random.default_rng(7)


def recorded(folder: Path, *sets: str) -> list[tuple[Pcm, list[str]]]:
    """Recordings of some sets and the words in them."""
    lines = map(json.loads, (folder / "manifest.jsonl").read_text().splitlines())
    chosen = [line for line in lines if line["set"] in sets]
    return [
        (Pcm(decode((folder / line["path"]).read_bytes(), max_seconds=300)), words(line["text"]))
        for line in chosen
    ]


def hear(engine: SttEngine, audio: Pcm) -> list[Segment]:
    """As the service does, piece by piece."""
    return [
        segment.model_copy(update={"start": start + segment.start, "end": start + segment.end})
        for start, end in engine.cut(audio)
        for segment in engine.transcribe([Speech(audio.slice(start, end), None)])[0].segments
    ]


def error_rate(engine: SttEngine, speech: list[tuple[Pcm, list[str]]]) -> float:
    heard = [words(" ".join(segment.text for segment in hear(engine, audio))) for audio, _ in speech]
    wrong = sum(errors(said, other) for (_, said), other in zip(speech, heard, strict=True))
    return wrong / sum(len(said) for _, said in speech)


@pytest.mark.parametrize(("name", "limit"), [("en_ljspeech", 0.08), ("en_librispeech_test_other", 0.16)])
def test_read_speech_is_understood(engine: SttEngine, recordings: Path, name: str, limit: float) -> None:
    assert error_rate(engine, recorded(recordings, name)[::2]) <= limit


def test_minutes_of_speech_are_understood_no_worse(engine: SttEngine, recordings: Path) -> None:
    speech = recorded(recordings, "en_ljspeech")
    whole = (join([audio for audio, _ in speech]), [word for _, said in speech for word in said])
    assert whole[0].seconds > 90
    assert error_rate(engine, [whole]) <= 0.08


def test_segments_lie_in_order_where_somebody_speaks(engine: SttEngine, recordings: Path) -> None:
    [first, second] = [audio for audio, _ in recorded(recordings, "en_ljspeech")[:2]]
    silence = Pcm(bytes(32_000 * 14))
    segments = hear(engine, join([silence, first, silence, second]))
    begins, again = silence.seconds, 2 * silence.seconds + first.seconds
    assert segments[0].start == pytest.approx(begins, abs=0.3)
    assert segments[-1].end == pytest.approx(again + second.seconds, abs=0.3)
    assert all(before.end <= after.start for before, after in pairwise(segments))
    assert all(0.5 < segment.confidence <= 1 for segment in segments if segment.confidence is not None)
    assert not any(begins + first.seconds + 1 < segment.start < again - 1 for segment in segments)


def test_quiet_speech_is_heard_too(engine: SttEngine, recordings: Path) -> None:
    loud = recorded(recordings, "en_ljspeech")[::3]
    quiet = [(Pcm.from_floats(audio.floats / np.float32(20)), said) for audio, said in loud]
    assert error_rate(engine, quiet) <= error_rate(engine, loud) + 0.03


def test_speech_in_another_language_is_answered_without_looping(engine: SttEngine, recordings: Path) -> None:
    for audio, _ in recorded(recordings, "zh_firered", "multilang_leopard"):
        heard = words(" ".join(segment.text for segment in hear(engine, audio)))
        assert len(heard) <= audio.seconds * 6.5 + 4


def white(seconds: float) -> Floats:
    return RANDOM.standard_normal(round(seconds * 16_000)).astype(np.float32)


def brown(seconds: float) -> Floats:
    walk = np.cumsum(white(seconds))
    noise: Floats = (walk / np.abs(walk).max()).astype(np.float32)
    return noise


def hum(seconds: float) -> Floats:
    times = np.arange(round(seconds * 16_000)) / 16_000
    waves = [np.sin(2 * np.pi * 50 * harmonic * times) / harmonic for harmonic in (1, 3, 5)]
    humming: Floats = np.sum(waves, axis=0).astype(np.float32)
    return humming


def chords(seconds: float) -> Floats:
    times = np.arange(round(seconds * 16_000)) / 16_000
    strings = [np.sin(2 * np.pi * hertz * times) for hertz in (261.6, 329.6, 392.0, 523.2)]
    strummed: Floats = (np.sum(strings, axis=0) * np.exp(-3 * (times * 2 % 1)) / 4).astype(np.float32)
    return strummed


def keyboard(seconds: float) -> Floats:
    clicks = np.zeros(round(seconds * 16_000), np.float32)
    for place in RANDOM.integers(0, max(1, len(clicks) - 400), round(seconds * 6) + 1):
        burst = clicks[place : place + 400]
        burst += white(1)[: len(burst)] * np.exp(-np.arange(len(burst)) / 60)
    return clicks


def silence(seconds: float) -> Floats:
    return np.zeros(round(seconds * 16_000), np.float32)


@pytest.mark.parametrize("seconds", [0.0001, 0.05, 0.3, 1, 4, 15])
@pytest.mark.parametrize("sound", [silence, white, brown, hum, chords, keyboard])
def test_nothing_is_invented(engine: SttEngine, sound: Callable[[float], Floats], seconds: float) -> None:
    for gain in (0.003, 0.05, 0.3):
        assert hear(engine, Pcm.from_floats(sound(seconds) * np.float32(gain))) == []


def test_the_same_audio_has_the_same_words_whatever_came_before(engine: SttEngine, recordings: Path) -> None:
    [(first, _), (second, _)] = recorded(recordings, "en_ljspeech")[:2]
    alone = hear(engine, second)
    hear(engine, first)
    assert hear(engine, second) == alone
    together = engine.transcribe([Speech(first, None), Speech(second, None)])
    assert together[1].segments == alone
