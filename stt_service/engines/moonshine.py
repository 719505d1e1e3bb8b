"""Moonshine tiny for English on onnxruntime: the embedded default, small and quick on any processor."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from shared.audio import SAMPLE_RATE, Floats, Pcm, cut_at_pauses
from shared.contracts.stt import Segment
from stt_service.engine import Recognised, Speech
from stt_service.engines.silero import SpeechDetector, open_session

Tensor = npt.NDArray[np.generic]

_START, _END = 1, 2
_MAX_PIECE_SECONDS = 13
"""Much beyond this the model begins to lose words; an agent's longest utterance is not to be cut again."""

_TOKENS_PER_SECOND = 6.5
"""Nobody speaks faster; without a limit the model may repeat itself for ever."""


class Moonshine:
    """Greedy decoding; each answer depends on its own audio alone, so pieces are not batched."""

    name = "moonshine-tiny-en"
    languages: tuple[str, ...] = ("en",)
    device = "cpu"
    max_batch_size = 1
    has_words = False

    def __init__(self, folder: Path, detector: SpeechDetector, *, threads: int) -> None:
        self._detector = detector
        self._encoder = open_session(folder / "encoder_model.ort", threads=threads)
        self._decoder = open_session(folder / "decoder_model_merged.ort", threads=threads)
        self._vocabulary = read_vocabulary((folder / "tokenizer.bin").read_bytes())
        inputs = {each.name: each.shape for each in self._decoder.get_inputs()}
        self._cache_shapes = {
            name: (1, int(shape[1]), 0, int(shape[3]))
            for name, shape in inputs.items()
            if name.startswith("past_key_values.")
        }
        # The library allocates at the first call; no caller should wait for that.
        self._decode(np.zeros(SAMPLE_RATE, np.float32))

    def cut(self, audio: Pcm) -> list[tuple[float, float]]:
        """Pieces short enough for the model."""
        return cut_at_pauses(audio, max_seconds=_MAX_PIECE_SECONDS)

    def transcribe(self, batch: list[Speech]) -> list[Recognised]:
        """One segment for a piece with speech, none for one without."""
        return [Recognised(self._segments(speech.audio), "en") for speech in batch]

    def _segments(self, audio: Pcm) -> list[Segment]:
        # Left alone with noise, the model says "You" or "Thank you for watching".
        span = self._detector.span(audio)
        if span is None:
            return []
        tokens, probabilities = self._decode(audio.floats)
        text = b"".join(self._vocabulary[token] for token in tokens).decode("utf-8", "ignore")
        text = text.replace("\N{LOWER ONE EIGHTH BLOCK}", " ").strip()
        if not any(character.isalnum() for character in text):  # notes for music, or nothing at all
            return []
        start, end = span
        return [Segment(text=text, start=start, end=end, confidence=round(float(np.mean(probabilities)), 3))]

    def _decode(self, floats: Floats) -> tuple[list[int], list[float]]:
        """The likeliest tokens one after the other, and how likely each was."""
        mask = np.ones((1, len(floats)), np.int64)
        [heard] = self._encoder.run(None, {"input_values": floats[None], "attention_mask": mask})
        cache: dict[str, Tensor] = {
            name: np.zeros(shape, np.float32) for name, shape in self._cache_shapes.items()
        }
        tokens, probabilities = [_START], []
        for step in range(int(len(floats) / SAMPLE_RATE * _TOKENS_PER_SECOND) + 4):
            logits, *present = self._decoder.run(
                None,
                {
                    "input_ids": np.array([tokens[-1:]]),
                    "encoder_hidden_states": heard,
                    "encoder_attention_mask": mask,
                    "use_cache_branch": np.array([step > 0]),
                    **cache,
                },
            )
            computed = dict(zip(self._cache_shapes, present, strict=True))
            # What depends on the audio alone is computed at the first step and empty afterwards.
            kept = {name: state for name, state in cache.items() if step and ".encoder." in name}
            cache = computed | kept
            scores = logits[0, -1]
            token = int(scores.argmax())
            probabilities.append(float(1 / np.exp(scores - scores[token]).sum()))
            if token == _END:
                break
            tokens.append(token)
        return tokens[1:], probabilities


def read_vocabulary(table: bytes) -> list[bytes]:
    """The text of each token. An entry is its length, in one byte or two from 128 on, and its bytes."""
    vocabulary, position = [], 0
    while position < len(table):
        length = table[position]
        position += 1
        if length >= 128:
            length += (table[position] - 1) * 128
            position += 1
        vocabulary.append(table[position : position + length])
        position += length
    return vocabulary
