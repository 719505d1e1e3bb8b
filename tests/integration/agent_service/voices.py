"""Speech without a recording: babble that voice detection takes for speech, each piece marked with a word.

The word is a faint tone above the voice. Whoever gets the audio can read from it which words it holds
and in which order, however it was coded, cut and joined on its way.
"""

import numpy as np
import numpy.typing as npt

from shared.audio import SAMPLE_RATE, Samples

WORDS = ("alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo")

_VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
_LOWEST_TONE, _TONE_STEP = 4_400, 240
_WINDOW = SAMPLE_RATE // 10

Wave = npt.NDArray[np.float64]


def say(word: str, seconds: float = 1.5, *, pitch: float = 130.0) -> Samples:
    """Babble of one voice, marked with one of WORDS."""
    rng = np.random.default_rng(round(pitch))
    voice = np.concatenate([_syllable(pitch, rng) for _ in range(round(seconds * 10) + 1)])
    voice = voice[: round(seconds * SAMPLE_RATE)]
    frequency = _LOWEST_TONE + _TONE_STEP * WORDS.index(word)
    tone = np.sin(2 * np.pi * frequency * np.arange(len(voice)) / SAMPLE_RATE)
    said: Samples = (9000 * voice / np.abs(voice).max() + 300 * tone).astype(np.int16)
    return said


def words_in(audio: Samples) -> str:
    """The words with which audio is marked, in their order; a word broken off at an edge counts.

    A word is longer than a window: what only one window holds, a disturbance of 0.1 s, is none.
    """
    found: list[str] = []
    before = -1
    spectrum_places = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)
    tones = _LOWEST_TONE + _TONE_STEP * np.arange(len(WORDS))
    bins = np.array([np.argmin(np.abs(spectrum_places - tone)) for tone in tones])
    for start in range(0, len(audio) - _WINDOW + 1, _WINDOW):
        window = audio[start : start + _WINDOW] * np.hanning(_WINDOW)
        energy = np.abs(np.fft.rfft(window))[bins]
        loudest = int(np.argmax(energy))
        heard = loudest if energy[loudest] > 12000 else -1
        if heard == before >= 0 and found[-1:] != [WORDS[heard]]:
            found.append(WORDS[heard])
        before = heard
    return " ".join(found)


def _syllable(pitch: float, rng: np.random.Generator) -> Wave:
    length = int(SAMPLE_RATE * rng.uniform(0.12, 0.22))
    time = np.arange(length) / SAMPLE_RATE
    frequency = pitch * (1 + 0.1 * np.sin(2 * np.pi * 3 * time) + rng.uniform(-0.1, 0.1))
    pulses = np.diff(np.floor(np.cumsum(frequency) / SAMPLE_RATE), prepend=0.0)
    source = pulses + rng.normal(0, 0.01, length)
    formants = zip(_VOWELS[rng.integers(len(_VOWELS))], (1, 0.6, 0.3), (80, 100, 140), strict=True)
    voice = sum(gain * _resonate(source, formant, width) for formant, gain, width in formants)
    consonant = rng.normal(0, 0.01, int(SAMPLE_RATE * rng.uniform(0.02, 0.06)))
    return np.concatenate([voice * np.hanning(length) ** 0.5, consonant])


def _resonate(source: Wave, formant: float, width: float) -> Wave:
    time = np.arange(SAMPLE_RATE // 25) / SAMPLE_RATE
    response = np.exp(-np.pi * width * time) * np.sin(2 * np.pi * formant * time)
    response *= (1 - np.exp(-np.pi * width / SAMPLE_RATE)) / np.sin(2 * np.pi * formant / SAMPLE_RATE)
    return np.convolve(source, response)[: len(source)]
