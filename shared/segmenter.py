"""Cuts one participant's audio into utterances. Pure: time comes from counting samples.

While somebody speaks, snapshots of the growing utterance come out. Early in a pause comes one that is
settled: should the pause last, the final has exactly its audio, so whoever recognises it during the
pause has nothing left to do when the final comes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from shared.audio import BYTES_PER_SAMPLE, SAMPLE_RATE, Pcm, Samples

_ENERGY_STEP = SAMPLE_RATE // 100
"""Places between which a cut is chosen lie 10 ms apart."""

_ENERGY_REACH = SAMPLE_RATE // 20
"""A place is as loud as the 50 ms on each side of it."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One version of an utterance: all that was said from its start to this version's end."""

    start: float
    """Seconds from the beginning of the audio; the same in every version of one utterance."""

    audio: Pcm
    settled: bool = False
    """Speech has paused; if the pause lasts, the final has this audio."""

    final: bool = False

    @property
    def end(self) -> float:
        return self.start + self.audio.seconds


@dataclass(slots=True)
class Segmenter:
    """Fed with every frame of one track and whether it holds speech.

    All samples from the start of an utterance to its end are in its audio, and no sample is in two
    utterances: where one is cut because it grew too long, the next begins at that very sample.
    """

    preroll_seconds: float = 0.3
    """Audio kept from before speech was detected, so that first syllables survive."""

    min_speech_seconds: float = 0.15
    """Speech shorter than this is a click or a cough and opens no utterance."""

    settle_seconds: float = 0.2
    """Silence after which a snapshot is settled; also the silence that a final keeps at its end."""

    pause_seconds: float = 0.45
    """Silence that ends an utterance."""

    max_seconds: float = 12.0
    """An utterance that grows longer is cut and goes on as another one."""

    cut_seconds: float = 3.0
    """A cut is made at the quietest place among the last so many seconds before the maximum."""

    snapshot_seconds: float = 1.0
    """Audio that is added between two snapshots of a growing utterance."""

    _audio: bytearray = field(default_factory=bytearray, init=False)
    _first: int = field(default=0, init=False)
    """Place of the first kept sample, counted from the beginning of the track."""

    _speech: int = field(default=0, init=False)
    """Samples of speech heard that have not opened an utterance yet; silence wears them off."""

    _onset: int = field(default=0, init=False)
    _voiced: int = field(default=0, init=False)
    """Where speech was last heard."""

    _shown: int = field(default=0, init=False)
    """How much of the utterance the last snapshot had."""

    _settled: bool = field(default=False, init=False)
    _speaking: bool = field(default=False, init=False)

    @property
    def speaking(self) -> bool:
        """Whether an utterance is open."""
        return self._speaking

    @property
    def began(self) -> float | None:
        """Where the open utterance begins, in seconds; None while none is open."""
        return self._first / SAMPLE_RATE if self._speaking else None

    @property
    def heard_seconds(self) -> float:
        """How much audio came in since the beginning."""
        return self._heard / SAMPLE_RATE

    def push(self, frame: Pcm, *, is_speech: bool) -> Iterator[Utterance]:
        """Take the next frame; yields what it completes. Must be iterated to its end."""
        before = self._heard
        self._audio += frame.data
        if is_speech:
            self._hear_speech(before)
        else:
            self._speech = max(0, self._speech - (self._heard - before))
        if not self._speaking:
            self._forget_all_but_preroll()
        elif is_speech:
            yield from self._grow()
        else:
            yield from self._pause()

    def flush(self) -> Iterator[Utterance]:
        """End the utterance that is open, if any: nothing follows, or not soon enough."""
        if self._speaking:
            yield self._finish()
        self._speech = 0

    @property
    def _heard(self) -> int:
        return self._first + len(self._audio) // BYTES_PER_SAMPLE

    def _hear_speech(self, before: int) -> None:
        if not self._speaking and not self._speech:
            self._onset = before
        self._speech += self._heard - before
        self._voiced = self._heard
        self._settled = False
        if not self._speaking and self._speech >= _samples(self.min_speech_seconds):
            self._drop_before(self._onset - _samples(self.preroll_seconds))
            self._speaking, self._shown = True, 0

    def _forget_all_but_preroll(self) -> None:
        onset = self._onset if self._speech else self._heard
        self._drop_before(onset - _samples(self.preroll_seconds))

    def _grow(self) -> Iterator[Utterance]:
        while self._heard - self._first >= _samples(self.max_seconds):
            yield self._cut()
        if self._heard - self._first - self._shown >= _samples(self.snapshot_seconds):
            self._shown = self._heard - self._first
            yield self._version(self._heard)

    def _pause(self) -> Iterator[Utterance]:
        silence = self._heard - self._voiced
        if silence >= _samples(self.settle_seconds) and not self._settled:
            self._settled = True
            yield self._version(self._settled_end, settled=True)
        if silence >= _samples(self.pause_seconds):
            yield self._finish()

    @property
    def _settled_end(self) -> int:
        return min(self._heard, self._voiced + _samples(self.settle_seconds))

    def _finish(self) -> Utterance:
        final = self._version(self._settled_end, settled=True, final=True)
        self._drop_before(self._settled_end)
        self._speaking, self._settled, self._speech = False, False, 0
        return final

    def _cut(self) -> Utterance:
        latest = _samples(self.max_seconds)
        earliest = max(1, latest - _samples(self.cut_seconds))
        samples = np.frombuffer(bytes(self._audio), dtype="<i2")
        end = self._first + _quietest(samples, earliest, latest)
        piece = self._version(end, final=True)
        self._drop_before(end)
        self._shown = 0
        return piece

    def _version(self, end: int, *, settled: bool = False, final: bool = False) -> Utterance:
        audio = Pcm(bytes(self._audio[: (end - self._first) * BYTES_PER_SAMPLE]))
        return Utterance(self._first / SAMPLE_RATE, audio, settled=settled, final=final)

    def _drop_before(self, place: int) -> None:
        surplus = place - self._first
        if surplus > 0:
            del self._audio[: surplus * BYTES_PER_SAMPLE]
            self._first = place


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)


def _quietest(samples: Samples, earliest: int, latest: int) -> int:
    """The place between two others around which the least energy lies; of equal ones the last."""
    energy = np.concatenate(([0], np.cumsum(samples.astype(np.int64) ** 2)))
    places = np.arange(latest, earliest - 1, -_ENERGY_STEP)
    left = np.maximum(places - _ENERGY_REACH, 0)
    right = np.minimum(places + _ENERGY_REACH, len(samples))
    loudness = (energy[right] - energy[left]) / (right - left)
    return int(places[np.argmin(loudness)])
