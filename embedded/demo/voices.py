"""The voices of the demo: lines of text as recordings whose speech ends with their last sample.

python -m embedded.demo.voices      make the recordings that are missing
"""

import hashlib
import os
import wave
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import soxr
from hibari import Hibari  # type: ignore[import-untyped]  # publishes no types
from py_nanotts import NanoTTS  # type: ignore[import-untyped]  # publishes no types

from embedded.demo.script import Line, Script, Voice, read_script
from embedded.environments import STATE
from shared.audio import Floats, Samples

SAMPLE_RATE = 48_000
"""What a microphone in a browser delivers."""

AUDIO = STATE / "demo" / "audio"

RECIPE = "1"
"""Changes when the same text and voice shall sound different, so that cached recordings are made anew."""

LOUDNESS = 0.08
"""Root mean square that all voices are brought to, of full scale."""

AUDIBLE = 0.01
"""What counts as speech, of the loudest sample."""

_PICO_RATE = 16_000


@dataclass(frozen=True, slots=True)
class Recording:
    """48 kHz mono; its first and its last sample are audible."""

    samples: Samples

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


class Synthesiser:
    """Both synthesisers; each is loaded when the first text asks for it."""

    def speak(self, text: str, voice: Voice) -> Recording:
        """The same text and voice give the same recording every time."""
        floats = self._hibari(text, voice) if voice.engine == "hibari" else self._pico(text, voice)
        return Recording(_level(_trim(floats)))

    @cached_property
    def _model(self) -> Hibari:
        return Hibari()

    def _hibari(self, text: str, voice: Voice) -> Floats:
        spoken: Floats = self._model(text, speed=voice.speed, seed=0)
        return _resample(spoken, self._model.sample_rate)

    def _pico(self, text: str, voice: Voice) -> Floats:
        spoken = NanoTTS().speak(text, voice="en-GB", speed=voice.speed, pitch=voice.pitch)
        floats = np.frombuffer(spoken, dtype="<i2").astype(np.float32) / np.float32(32768)
        return _resample(floats, _PICO_RATE)


def prepare(
    script: Script, *, directory: Path = AUDIO, done: Callable[[int, int], None] = lambda _done, _of: None
) -> Mapping[Line, Recording]:
    """Every line of the script as a recording; what an earlier call has made is read from the directory.

    `done` is told after each line how many of how many there are.
    """
    directory.mkdir(parents=True, exist_ok=True)
    synthesiser = Synthesiser()
    recordings: dict[Line, Recording] = {}
    for line in script.lines:
        recordings[line] = _cached(directory, synthesiser, line.text, script.speakers[line.speaker].voice)
        done(len(recordings), len(script.lines))
    _forget_others(
        directory, (_file_name(line.text, script.speakers[line.speaker].voice) for line in script.lines)
    )
    return recordings


def _cached(directory: Path, synthesiser: Synthesiser, text: str, voice: Voice) -> Recording:
    path = directory / _file_name(text, voice)
    if path.exists():
        with wave.open(str(path)) as file:
            return Recording(np.frombuffer(file.readframes(file.getnframes()), dtype="<i2"))
    recording = synthesiser.speak(text, voice)
    unfinished = path.with_suffix(f".{os.getpid()}")
    with wave.open(str(unfinished), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(recording.samples.tobytes())
    unfinished.replace(path)
    return recording


def _file_name(text: str, voice: Voice) -> str:
    recipe = "\n".join((RECIPE, voice.model_dump_json(), text))
    return hashlib.sha256(recipe.encode()).hexdigest()[:24] + ".wav"


def _forget_others(directory: Path, wanted: Iterable[str]) -> None:
    names = set(wanted)
    for path in directory.glob("*.wav"):
        if path.name not in names:
            path.unlink(missing_ok=True)


def _resample(floats: Floats, rate: int) -> Floats:
    resampled: Floats = soxr.resample(floats, rate, SAMPLE_RATE, quality="HQ")
    return resampled


def _trim(floats: Floats) -> Floats:
    audible = np.flatnonzero(np.abs(floats) > AUDIBLE * np.abs(floats).max(initial=0.0))
    if not len(audible):
        raise ValueError("the synthesiser gave silence")
    return floats[audible[0] : audible[-1] + 1]


def _level(floats: Floats) -> Samples:
    gain = LOUDNESS / np.sqrt(np.mean(np.square(floats)))
    levelled: Samples = np.round(np.clip(floats * gain, -1.0, 1.0) * 32767).astype(np.int16)
    return levelled


def main() -> None:
    """Make every recording of the demo."""
    prepare(read_script(), done=lambda done, of: print(f"{done} of {of} lines are spoken", flush=True))


if __name__ == "__main__":
    main()
