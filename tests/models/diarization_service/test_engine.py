"""Who speaks when in recordings of people, and in sounds that nobody makes."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from diarization_service.engine import DiarizationEngine, Diarized, load_engine
from diarization_service.settings import DiarizationSettings
from shared.audio import Pcm, join
from shared.contracts.diarization import Progress, SpeakerCount
from shared.speakers import Turn
from tests.models.diarization_service.conftest import heard, ignore
from tests.models.diarization_service.scoring import confusion, error_rate, reference

pytestmark = [pytest.mark.models, pytest.mark.timeout(240)]

ANYBODY = SpeakerCount(max_speakers=20)
PAUSE = Pcm(bytes(16_000))


@pytest.fixture(scope="module")
def dialogue(recordings: Path) -> tuple[Pcm, list[Turn]]:
    """Two readers of LibriSpeech, turn by turn."""
    folder, audio, turns, at = recordings / "en_librispeech_test_other", [], [], 0.0
    for number in range(4):
        for speaker in ("1998-15444", "2033-164914"):
            said = heard(folder / f"{speaker}-{number:04d}.flac").slice(0, 5)
            turns.append(Turn(at, at + said.seconds, speaker))
            audio += [said, PAUSE]
            at += said.seconds + PAUSE.seconds
    return join(audio), turns


@contextmanager
def connections() -> Iterator[list[str]]:
    """What reaches for another machine meanwhile."""
    tried: list[str] = []
    watching = threading.Event()
    watching.set()

    def hook(event: str, _: object) -> None:
        if watching.is_set() and event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
            tried.append(event)

    sys.addaudithook(hook)  # there is no way to remove it
    yield tried
    watching.clear()


def speakers(found: Diarized) -> set[str]:
    return {turn.speaker for turn in found.turns}


def test_the_sample_of_pyannote_is_told_apart(engine: DiarizationEngine, recordings: Path) -> None:
    file = recordings / "diar" / "pyannote_sample" / "sample.wav"
    found = engine.diarize(heard(file), ANYBODY, ignore)
    truth = reference(file.with_suffix(".rttm"))
    assert len(speakers(found)) == 2
    assert error_rate(found.turns, truth, collar=0.25) < 0.05
    assert error_rate(found.turns, truth, collar=0) < 0.15


def test_a_meeting_in_a_room_is_told_apart(engine: DiarizationEngine, recordings: Path) -> None:
    file = recordings / "diar" / "ami30" / "EN2004a_0-30.wav"
    found = engine.diarize(heard(file), ANYBODY, ignore)
    assert error_rate(found.turns, reference(file.with_suffix(".rttm")), collar=0.25) < 0.15


def test_two_readers_are_two_speakers_without_being_told(
    engine: DiarizationEngine, dialogue: tuple[Pcm, list[Turn]]
) -> None:
    audio, truth = dialogue
    found = engine.diarize(audio, ANYBODY, ignore)
    assert len(speakers(found)) == 2
    # Readers pause, which the truth does not know: what counts is that no word goes to the other one.
    assert confusion(found.turns, truth) < 0.02


def test_exclusive_turns_never_overlap(engine: DiarizationEngine, recordings: Path) -> None:
    found = engine.diarize(heard(recordings / "diar" / "ami30" / "EN2001a_0-30.wav"), ANYBODY, ignore)
    ends = [turn.end for turn in found.exclusive]
    assert all(end <= turn.start for end, turn in zip(ends, found.exclusive[1:], strict=False))
    assert any(
        turn.start < end for end, turn in zip([t.end for t in found.turns], found.turns[1:], strict=False)
    )


@pytest.mark.parametrize("count", [SpeakerCount(num_speakers=1), SpeakerCount(max_speakers=1)])
def test_whoever_knows_better_is_believed(
    engine: DiarizationEngine, dialogue: tuple[Pcm, list[Turn]], count: SpeakerCount
) -> None:
    found = engine.diarize(dialogue[0].slice(0, 12), count, ignore)
    assert len(speakers(found)) == 1


@pytest.mark.parametrize("sound", ["silence", "hiss", "hum", "clicks", "one sample"])
def test_nobody_is_heard_where_nobody_speaks(engine: DiarizationEngine, sound: str) -> None:
    random, at = np.random.default_rng(5), np.arange(5 * 16_000) / 16_000
    sounds = {
        "silence": np.zeros(5 * 16_000),
        "hiss": 0.05 * random.normal(0, 1, 5 * 16_000),
        "hum": 0.2 * np.sin(2 * np.pi * 50 * at) + 0.1 * np.sin(2 * np.pi * 150 * at),
        "clicks": 0.8 * (random.random(5 * 16_000) < 5 / 16_000),
        "one sample": np.ones(1),
    }
    found = engine.diarize(Pcm.from_floats(sounds[sound].astype(np.float32)), ANYBODY, ignore)
    assert (found.turns, found.exclusive) == ([], [])


def test_it_reports_its_way_and_stops_when_told(
    engine: DiarizationEngine, dialogue: tuple[Pcm, list[Turn]]
) -> None:
    reports: list[Progress] = []
    engine.diarize(dialogue[0].slice(0, 12), ANYBODY, reports.append)
    assert {each.stage for each in reports} == {"segmentation", "embeddings", "clustering"}
    assert [each.percent for each in reports] == sorted(each.percent for each in reports)

    def enough(progress: Progress) -> None:
        if progress.stage == "embeddings":
            raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        engine.diarize(dialogue[0].slice(0, 12), ANYBODY, enough)


def test_no_other_machine_is_asked_or_told(
    settings: DiarizationSettings, dialogue: tuple[Pcm, list[Turn]]
) -> None:
    with connections() as tried:
        loaded = load_engine(settings)
        assert loaded.engine.diarize(dialogue[0].slice(0, 8), ANYBODY, ignore).turns
    assert loaded.sha256
    assert tried == []
