"""Recorded speech with what was said, and sounds in which nobody speaks."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shared.audio import SAMPLE_RATE, Floats, Pcm
from shared.decoding_child import decode

_MAX_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Recording:
    """One file of a set; `said` is empty where nobody speaks."""

    set: str
    name: str
    language: str
    said: str
    file: bytes

    @property
    def audio(self) -> Pcm:
        return Pcm(decode(self.file, max_seconds=_MAX_SECONDS))


def recorded(folder: Path, *, limit: int | None) -> list[Recording]:
    """The recordings that the manifest of a folder has words for, at most so many of each set."""
    sets: defaultdict[str, list[Recording]] = defaultdict(list)
    for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        chosen = sets[entry["set"]]
        if entry["text"] and (limit is None or len(chosen) < limit):
            file = (folder / entry["path"]).read_bytes()
            chosen.append(Recording(entry["set"], entry["id"], entry["lang"], entry["text"], file))
    return [recording for chosen in sets.values() for recording in chosen]


def noises(seconds: float = 10) -> Iterator[tuple[str, Pcm]]:
    """Sounds without a word, by name; the same ones each time."""
    random = np.random.default_rng(5)
    count = round(seconds * SAMPLE_RATE)
    at = np.arange(count) / SAMPLE_RATE
    white = random.normal(0, 1, count)
    brown = np.cumsum(white)
    tremolo = np.sin(2 * np.pi * 0.5 * at)
    sounds = {
        "silence": np.zeros(count),
        "hiss": 0.1 * white,
        "faint hiss": 0.003 * white,
        "rumble": 0.5 * brown / np.abs(brown).max(),
        "mains hum": sum(0.1 / n * np.sin(2 * np.pi * 50 * n * at) for n in (1, 2, 3, 5)),
        "chord": sum(0.1 * np.sin(2 * np.pi * hertz * at) for hertz in (220, 277.2, 329.6)) * tremolo,
        "clicks": 0.8 * (random.random(count) < 5 / SAMPLE_RATE),
        "bursts": 0.3 * white * (tremolo > 0.7),
    }
    for name, sound in sounds.items():
        floats: Floats = np.asarray(sound, np.float32)
        yield name, Pcm.from_floats(floats)
