"""Whisper on CTranslate2: a hundred languages, detected where needed, with the place of each word."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp
from pathlib import Path

import ctranslate2
import numpy as np
import structlog
from ctranslate2 import StorageView
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Word as Heard

from shared.audio import SAMPLE_RATE, Floats, Pcm, cut_at_pauses
from shared.contracts.stt import Segment, Word
from shared.models import EngineUnavailable
from stt_service.engine import Recognised, Speech
from stt_service.engines.silero import SpeechDetector

log = structlog.get_logger()

_MAX_PIECE_SECONDS = 28
"""The network sees 30 s at a time; with less left over, no piece needs two looks."""

_MARGIN_SECONDS = 0.3
"""Kept around speech; in longer silence the model likes to thank its viewers."""

_SURE = 0.8
"""A language is believed over the caller's from here on: callers name the one a session was opened with."""

_BEGINNINGS = {"zh": "以下是普通话的句子。"}
"""What the model believes to have written before. This one makes it write simplified Chinese, punctuated."""

_TEMPERATURES = [0.0, 0.4]
"""One second chance for an answer that repeats itself; the library's six make bad audio six times as slow."""


class FasterWhisper:
    """The network's time goes by windows of 30 s, however little is in one, so pieces are not batched."""

    max_batch_size = 1
    has_words = True

    def __init__(
        self, folder: Path, detector: SpeechDetector, *, name: str, device: str, threads: int
    ) -> None:
        self.name = name
        self._detector = detector
        self._model, self.device, self.remark = _opened(folder, device, threads)
        # The library encodes once to tell the language and again to transcribe; that is most of the time.
        self._model.encode = _remembering(self._model.encode)
        self._detects = bool(self._model.model.is_multilingual)
        # The library lists all that any Whisper knows.
        known = self._model.hf_tokenizer.get_vocab()
        self.languages: tuple[str, ...] = tuple(
            code for code in self._model.supported_languages if not self._detects or f"<|{code}|>" in known
        )

    def cut(self, audio: Pcm) -> list[tuple[float, float]]:
        """Pieces that fit the network's window."""
        return cut_at_pauses(audio, max_seconds=_MAX_PIECE_SECONDS)

    def transcribe(self, batch: list[Speech]) -> list[Recognised]:
        """Segments as the model divides them, none for a piece without speech."""
        return [self._transcribe(speech) for speech in batch]

    def _transcribe(self, speech: Speech) -> Recognised:
        span = self._detector.span(speech.audio)
        if span is None:
            return Recognised([], None, words=[] if speech.want_words else None)
        start = max(0.0, span[0] - _MARGIN_SECONDS)
        end = min(speech.audio.seconds, span[1] + _MARGIN_SECONDS)
        floats = speech.audio.slice(start, end).floats
        language, probability = self._language(floats, speech.language)
        found, _ = self._model.transcribe(
            floats,
            language=language,
            beam_size=5,
            temperature=_temperatures(speech.temperature),
            condition_on_previous_text=False,
            initial_prompt=_BEGINNINGS.get(language),
            hotwords=_as_prompt(speech.hints),
            word_timestamps=speech.want_words,
        )
        spoken = [each for each in found if any(character.isalnum() for character in each.text)]
        place = _Place(start, end)
        segments = [
            Segment(
                text=each.text.strip(),
                start=place(each.start),
                end=place(each.end),
                confidence=_probability(exp(each.avg_logprob)),
            )
            for each in spoken
        ]
        words = [_word(word, place) for each in spoken for word in each.words or []]
        return Recognised(segments, language, probability, words if speech.want_words else None)

    def _language(self, floats: Floats, wanted: str | None) -> tuple[str, float | None]:
        """The language to write down, and how likely the model thinks it; None where it cannot tell."""
        if not self._detects:
            return "en", None
        likeliest, probability, every = self._model.detect_language(floats)
        code = (wanted or "").partition("-")[0].lower()
        if code in self.languages and probability < _SURE:
            return code, _probability(dict(every)[code])
        return str(likeliest), _probability(probability)


@dataclass(frozen=True, slots=True)
class _Place:
    """Seconds of what the model was given, as seconds of the piece it was cut from."""

    start: float
    end: float

    def __call__(self, seconds: float) -> float:
        return round(min(self.end, self.start + float(seconds)), 3)


def _word(heard: Heard, place: _Place) -> Word:
    return Word(
        text=heard.word.strip(),
        start=place(heard.start),
        end=place(heard.end),
        confidence=_probability(heard.probability),
    )


def _probability(value: float) -> float:
    """The library's arithmetic may exceed 1 by a little."""
    return round(min(1.0, float(value)), 3)


def _as_prompt(hints: tuple[str, ...]) -> str | None:
    # What looks like a control token would be one.
    return ", ".join(hints).replace("<|", "").replace("|>", "") or None


def _temperatures(wanted: float) -> list[float]:
    """The first is tried first, the others where its answer repeats itself."""
    return [wanted, *(each for each in _TEMPERATURES if each > wanted)]


def _opened(folder: Path, wanted: str, threads: int) -> tuple[WhisperModel, str, str]:
    """A model that works, on which device, and a remark where that is not the one to be expected.

    Raises EngineUnavailable.
    """
    remark = ""
    cards = ctranslate2.get_cuda_device_count()
    if wanted == "cuda" and not cards:
        raise EngineUnavailable("STT_DEVICE asks for cuda, and there is no such device")
    if cards and wanted != "cpu":
        try:
            return _working(folder, "cuda", threads), "cuda", remark
        except (RuntimeError, ValueError) as fault:
            reason = str(fault).strip().partition("\n")[0]
            if wanted == "cuda":
                raise EngineUnavailable(f"STT_DEVICE asks for cuda, which does not work: {reason}") from None
            remark = f"on cpu, as cuda does not work: {reason}"
            log.warning("engine.falls_back", device="cpu", reason=reason)
    try:
        return _working(folder, "cpu", threads), "cpu", remark
    except (RuntimeError, ValueError) as fault:
        raise EngineUnavailable(f"{folder} holds no model of faster-whisper: {fault}") from None


def _working(folder: Path, device: str, threads: int) -> WhisperModel:
    """A card is counted also where the libraries for it are missing, which shows when it computes."""
    kind = "int8" if device == "cpu" else "int8_float16"
    model = WhisperModel(str(folder), device=device, compute_type=kind, cpu_threads=threads)
    features = model.feature_extractor(np.zeros(SAMPLE_RATE, np.float32))
    np.asarray(model.encode(features).to_device(ctranslate2.Device.cpu))
    return model


def _remembering(encode: Callable[[Floats], StorageView]) -> Callable[[Floats], StorageView]:
    """The same, but asked twice in a row for the same features, it answers from memory."""
    last: list[tuple[Floats, StorageView]] = []

    def encode_once(features: Floats) -> StorageView:
        if not last or not np.array_equal(last[0][0], features):
            last[:] = [(features, encode(features))]
        return last[0][1]

    return encode_once
