"""FunASR on torch, the production engine: SenseVoice, Paraformer or Fun-ASR, with what each of them can."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from shared.audio import SAMPLE_RATE, Pcm, cut_at_pauses
from shared.contracts.stt import Segment, Word
from shared.models import EngineUnavailable
from stt_service.engine import Recognised, Speech
from stt_service.engines.funasr_families import Asked, Heard, family
from stt_service.engines.funasr_models import (
    PUNCTUATION,
    SPEECH,
    VOICE_ACTIVITY,
    Network,
    load,
    select_device,
)
from stt_service.engines.funasr_text import readable, spoken_code

_MAX_PIECE_SECONDS = 30
"""The models were trained on pieces up to this; attention over more costs its square."""

_MARGIN_SECONDS = 0.2
"""Kept around speech, whose quiet beginnings and ends the detector misses."""

_BATCH_SIZE = {"cuda": 8, "cpu": 4}
"""On a processor four pieces of 5 s take three quarters of their time one by one, and eight hardly less."""

_MOST_PADDING = 1.5
"""The longest piece of a batch against its shortest; padding costs as much as speech."""


class Detector(Protocol):
    """Says where somebody speaks."""

    def span(self, audio: Pcm) -> tuple[float, float] | None: ...


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the models lie; without the last two, pieces are not divided and get no punctuation."""

    speech: Path
    voice_activity: Path | None = None
    punctuation: Path | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """Uninterrupted speech in one piece of a batch; positions are seconds from that piece's beginning."""

    piece: int
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


class FunAsr:
    """Whichever of FunASR's speech models a folder holds, with what that model can."""

    def __init__(self, folders: Folders, detector: Detector, *, name: str, device: str, threads: int) -> None:
        self.name = name
        self._detector = detector
        where = select_device(device)
        self.device = where.partition(":")[0]
        speech = load(folders.speech, kinds=SPEECH, device=where, threads=threads)
        self._family = family(speech, name=name)
        self.languages = self._family.languages
        self.has_words = self._family.has_words
        self.max_batch_size = _BATCH_SIZE[self.device] if self._family.batches else 1
        self._divider = self._punctuator = None
        if folders.voice_activity:
            self._divider = load(folders.voice_activity, kinds=VOICE_ACTIVITY, device="cpu", threads=threads)
        if folders.punctuation:
            if self._family.is_punctuated:
                raise EngineUnavailable(f"{name} writes punctuation: leave STT_PUNCTUATION_MODEL empty")
            self._punctuator = load(folders.punctuation, kinds=PUNCTUATION, device=where, threads=threads)
        # The library allocates at the first call; no caller should wait for that.
        self._family.hear([np.zeros(SAMPLE_RATE, np.float32)], Asked(None, (), want_words=False))

    def cut(self, audio: Pcm) -> list[tuple[float, float]]:
        """Pieces as long as those that the models were trained on."""
        return cut_at_pauses(audio, max_seconds=_MAX_PIECE_SECONDS)

    def transcribe(self, batch: list[Speech]) -> list[Recognised]:
        """One segment for each part with uninterrupted speech, none for a piece without."""
        heard: dict[_Part, Heard] = {}
        for asked, parts in self._wanted(batch).items():
            for chunk in _of_similar_length(parts, most=self.max_batch_size):
                floats = [batch[part.piece].audio.slice(part.start, part.end).floats for part in chunk]
                heard |= zip(chunk, self._family.hear(floats, asked), strict=True)
        return [
            self._recognised(
                speech, {part: heard[part] for part in sorted(heard, key=_order) if part.piece == number}
            )
            for number, speech in enumerate(batch)
        ]

    def _wanted(self, batch: list[Speech]) -> dict[Asked, list[_Part]]:
        """What can be recognised together, as all of one call has one language and the same hints."""
        wanted: dict[Asked, list[_Part]] = defaultdict(list)
        for number, speech in enumerate(batch):
            code = spoken_code(speech.language, self.languages)
            asked = Asked(code, speech.hints, speech.want_words and self.has_words)
            wanted[asked] += [_Part(number, start, end) for start, end in self._spoken(speech.audio)]
        return wanted

    def _spoken(self, audio: Pcm) -> Iterable[tuple[float, float]]:
        span = self._detector.span(audio)
        if span is None:
            return []
        start, end = max(0.0, span[0] - _MARGIN_SECONDS), min(audio.seconds, span[1] + _MARGIN_SECONDS)
        if self._divider is None:
            return [(start, end)]
        return _divided(self._divider, audio.slice(start, end), start)

    def _recognised(self, speech: Speech, parts: dict[_Part, Heard]) -> Recognised:
        segments: list[Segment] = []
        words: list[Word] | None = [] if speech.want_words and self.has_words else None
        for part, heard in parts.items():
            text = self._punctuated(heard.text)
            if not any(character.isalnum() for character in text):
                continue
            segments.append(
                Segment(
                    text=text,
                    start=round(part.start, 3),
                    end=round(part.end, 3),
                    emotion=heard.emotion,
                    events=None if heard.events is None else list(heard.events),
                )
            )
            placed = heard.words(text) if words is not None else None
            words = None if words is None or placed is None else words + list(_moved(placed, part))
        spoken = [heard.language for heard in parts.values() if heard.language] if segments else []
        return Recognised(segments, max(spoken, key=spoken.count, default=None), words=words)

    def _punctuated(self, text: str) -> str:
        if self._punctuator is None or not text:
            return text
        # The library would open a text that is named like a file or an address: the space prevents that.
        [result] = self._punctuator([f" {text}"])
        return readable(result["text"])


def _order(part: _Part) -> tuple[int, float]:
    return part.piece, part.start


def _of_similar_length(parts: Sequence[_Part], *, most: int) -> Iterator[list[_Part]]:
    """All parts, in groups that need little padding."""
    group: list[_Part] = []
    for part in sorted(parts, key=lambda each: each.seconds):
        if group and (len(group) == most or part.seconds > group[0].seconds * _MOST_PADDING):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _divided(divider: Network, audio: Pcm, offset: float) -> list[tuple[float, float]]:
    [result] = divider([audio.floats], cache={})
    places = ((start / 1000, end / 1000) for start, end in result.get("value", []))
    return [
        (offset + start, offset + min(end, audio.seconds)) for start, end in places if start < audio.seconds
    ]


def _moved(words: Iterable[Word], part: _Part) -> Iterator[Word]:
    """From the beginning of a part to that of its piece, and not beyond the part's end."""
    for word in words:
        start, end = (round(min(part.start + place, part.end), 3) for place in (word.start, word.end))
        yield word.model_copy(update={"start": start, "end": end})
