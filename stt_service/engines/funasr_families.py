"""The families of FunASR's speech models: what each is asked, and how its answer is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
import torch

from shared.audio import SAMPLE_RATE, Floats
from shared.contracts.stt import Word
from stt_service.engines.funasr_models import Network, Result
from stt_service.engines.funasr_text import (
    FUN_ASR_LANGUAGES,
    SENSEVOICE_LANGUAGES,
    cleaned_hints,
    joined,
    placed_words,
    readable,
    untagged,
    written_language,
)

log = structlog.get_logger()

_NANO_LANGUAGES = tuple(FUN_ASR_LANGUAGES)[:3]
_TOKENS_PER_SECOND = 10
"""Nobody speaks faster; without a limit a language model may repeat itself for ever."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a batch has in common."""

    language: str | None
    """One of the model's codes."""

    hints: tuple[str, ...]
    want_words: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in one input; places are seconds from its beginning."""

    text: str
    language: str | None
    parts: tuple[str, ...] = ()
    places: tuple[tuple[float, float], ...] = ()
    emotion: str | None = None
    events: tuple[str, ...] | None = None
    """None for a model that listens for none."""

    def words(self, text: str) -> list[Word] | None:
        """The words of this text, which may have got its punctuation afterwards."""
        return placed_words(text, self.parts, self.places)


class Family(Protocol):
    """One kind of model, loaded."""

    languages: tuple[str, ...]
    has_words: bool
    is_punctuated: bool
    """Whether its texts have punctuation, so that no other model need add it."""

    batches: bool
    """Whether it takes several inputs at once."""

    def hear(self, inputs: Sequence[Floats], asked: Asked) -> list[Heard]:
        """One answer for each input, in their order."""
        ...


class SenseVoice:
    """Five languages, told by themselves; emotions and events; no hints."""

    languages: tuple[str, ...] = SENSEVOICE_LANGUAGES
    has_words = True
    is_punctuated = True
    batches = True

    def __init__(self, network: Network) -> None:
        self._network = network

    def hear(self, inputs: Sequence[Floats], asked: Asked) -> list[Heard]:
        try:
            results = self._results(inputs, asked, placed=asked.want_words)
        except (IndexError, RuntimeError):
            # Placing loses count when the model writes other tags than it should; the text is known even so.
            if not asked.want_words:
                raise
            if len(inputs) > 1:
                return [heard for each in inputs for heard in self.hear([each], asked)]
            log.info("words.unplaced", seconds=len(inputs[0]) / SAMPLE_RATE)
            results = self._results(inputs, asked, placed=False)
        return [self._heard(result) for result in results]

    def _results(self, inputs: Sequence[Floats], asked: Asked, *, placed: bool) -> list[Result]:
        language = asked.language or "auto"
        return self._network(inputs, language=language, use_itn=True, output_timestamp=placed)

    def _heard(self, result: Result) -> Heard:
        tagged = untagged(result["text"])
        parts = tuple(result.get("words", ()))
        return Heard(tagged.text, tagged.language, parts, _seconds(result), tagged.emotion, tagged.events)


class Paraformer:
    """Chinese with English in it, or English alone; the newer ones listen for hints."""

    is_punctuated = False
    # Padding changes the last characters and their places.
    batches = False

    def __init__(self, network: Network) -> None:
        self._network = network
        tokens = network.options.get("token_list")
        vocabulary = "".join(map(str, tokens)) if isinstance(tokens, list) else ""
        is_chinese = written_language(vocabulary, ("zh",)) == "zh"
        self.languages: tuple[str, ...] = ("zh", "en") if is_chinese else ("en",)
        # With pieces of words for tokens, the library cannot place them.
        self.has_words = not hasattr(network.options.get("tokenizer"), "bpemodel")

    def hear(self, inputs: Sequence[Floats], asked: Asked) -> list[Heard]:
        results = self._network(
            inputs, pred_timestamp=asked.want_words and self.has_words, hotword=_hotword(asked.hints)
        )
        return [self._heard(result) for result in results]

    def _heard(self, result: Result) -> Heard:
        # Placed parts come apart from each other, unplaced ones as a text.
        parts = tuple(readable(part) for part in result["text"].split())
        text = joined(parts)
        language = written_language(text, self.languages) if text else None
        return Heard(text, language, parts, _seconds(result))


def _hotword(hints: tuple[str, ...]) -> str | None:
    """Hints as one string, between spaces: the library would open what is named like a file or an address."""
    cleaned = cleaned_hints(hints)
    return f" {' '.join(cleaned)} " if cleaned else None


class FunAsrNano:
    """A language model that listens: hints, languages by name, punctuation of its own."""

    is_punctuated = True

    def __init__(self, network: Network, *, name: str) -> None:
        self._network = network
        self.languages: tuple[str, ...] = (
            tuple(FUN_ASR_LANGUAGES) if "mlt" in name.lower() else _NANO_LANGUAGES
        )
        self.has_words = network.has("ctc_decoder")
        # What places the tokens takes one input at a time.
        self.batches = not self.has_words

    def hear(self, inputs: Sequence[Floats], asked: Asked) -> list[Heard]:
        seconds = max(len(each) for each in inputs) / SAMPLE_RATE
        results = self._network(
            [torch.from_numpy(each) for each in inputs],
            language=FUN_ASR_LANGUAGES[asked.language] if asked.language else None,
            hotwords=cleaned_hints(asked.hints),
            max_length=int(seconds * _TOKENS_PER_SECOND) + 16,
            llm_kwargs={"do_sample": False},
        )
        return [self._heard(result, asked.language) for result in results]

    def _heard(self, result: Result, asked: str | None) -> Heard:
        text = untagged(result["text"]).text
        stamps = result.get("timestamps", [])
        return Heard(
            text=text,
            language=(written_language(text, self.languages) or asked) if text else None,
            parts=tuple(stamp["token"] for stamp in stamps),
            places=tuple((float(stamp["start_time"]), float(stamp["end_time"])) for stamp in stamps),
        )


def _seconds(result: Result) -> tuple[tuple[float, float], ...]:
    return tuple((start / 1000, end / 1000) for start, end in result.get("timestamp", ()))


def family(network: Network, *, name: str) -> Family:
    """How to speak with a loaded model."""
    match network.kind:
        case "SenseVoiceSmall":
            return SenseVoice(network)
        case "FunASRNano":
            return FunAsrNano(network, name=name)
        case _:
            return Paraformer(network)
