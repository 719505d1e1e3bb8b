"""Synthesised recordings: reproducible, level, and exactly as long as their speech."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from embedded.demo.script import Line, Script, Speaker, Voice
from embedded.demo.voices import AUDIBLE, LOUDNESS, SAMPLE_RATE, Synthesiser, prepare

VOICES = [Voice(engine="hibari"), Voice(engine="pico"), Voice(engine="pico", pitch=0.7)]


@pytest.mark.parametrize("voice", VOICES, ids=str)
def test_a_recording_begins_and_ends_with_speech(voice: Voice) -> None:
    recording = Synthesiser().speak("Thank you both.", voice)
    loudness = np.abs(recording.samples.astype(np.float64)) / 32768
    assert 0.4 < recording.seconds < 2.5
    assert min(loudness[0], loudness[-1]) >= 0.9 * AUDIBLE * loudness.max()
    assert np.sqrt(np.mean(np.square(loudness))) == pytest.approx(LOUDNESS, rel=0.05)


def test_the_same_text_sounds_the_same_and_voices_differ() -> None:
    synthesiser = Synthesiser()
    recordings = [synthesiser.speak("See you next week.", voice).samples for voice in VOICES]
    assert np.array_equal(recordings[0], Synthesiser().speak("See you next week.", VOICES[0]).samples)
    assert not any(np.array_equal(one, other) for one, other in combinations(recordings, 2))


def test_recordings_are_made_once_and_forgotten_when_the_script_changes(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    first = prepare(_script("One moment."), directory=tmp_path, done=lambda done, of: told.append((done, of)))
    (file,) = tmp_path.iterdir()
    made_at = file.stat().st_mtime_ns
    again = prepare(_script("One moment."), directory=tmp_path)
    assert file.stat().st_mtime_ns == made_at
    assert told == [(1, 1)]
    (one,), (other,) = first.values(), again.values()
    assert np.array_equal(one.samples, other.samples)
    assert len(one.samples) == round(one.seconds * SAMPLE_RATE)
    prepare(_script("Two moments."), directory=tmp_path)
    assert not file.exists()
    assert len(list(tmp_path.iterdir())) == 1


def _script(text: str) -> Script:
    ada = Speaker(name="Ada", email="ada@example.com", voice=VOICES[1])
    return Script(
        title="Test", language="en-US", speakers={"ada": ada}, lines=[Line(speaker="ada", text=text)]
    )
