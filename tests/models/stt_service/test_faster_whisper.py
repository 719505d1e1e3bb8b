"""Whisper base: other languages, the place of each word, and nothing where nobody speaks."""

import os
import subprocess
import sys
from pathlib import Path

import ctranslate2
import numpy as np
import pytest

from shared.audio import Pcm, join, read_plain_wav, resample
from shared.weights import damaged, read_manifest
from stt_service.engine import EngineUnavailable, Recognised, Speech, SttEngine, load_engine
from stt_service.models import MANIFEST
from stt_service.settings import SttSettings

pytestmark = pytest.mark.models

ROOT = Path(__file__).resolve().parents[3]
NAME = "whisper-base"
FETCH_SECONDS = 60


@pytest.fixture(scope="session")
def models() -> Path:
    """The platform's models and this one, in a folder of the tests' own, as it would change the platform."""
    folder = Path(os.environ.get("INTRASCRIBE_STATE") or ROOT / ".intrascribe") / "test-models"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "silero-vad").exists():
        (folder / "silero-vad").symlink_to(ROOT / "models" / "silero-vad")
    if damaged(read_manifest(MANIFEST)[NAME], folder / NAME):
        fetch = [sys.executable, "-m", "embedded.weights", "--into", str(folder), "fetch", NAME]
        try:
            subprocess.run(fetch, cwd=ROOT, check=True, timeout=FETCH_SECONDS)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as fault:
            pytest.skip(f"no weights of {NAME}: {type(fault).__name__}")
    return folder


@pytest.fixture(scope="session")
def whisper(models: Path) -> SttEngine:
    return load_engine(SttSettings(engine="faster-whisper", models_directory=models, device="cpu")).engine


@pytest.fixture(scope="session")
def chinese(recordings: Path) -> Pcm:
    plain = read_plain_wav((recordings / "zh_fleurs" / "fleurs_zh_001.wav").read_bytes())
    assert plain
    return resample(plain.mono(), plain.rate)


def hear(engine: SttEngine, speech: Speech) -> Recognised:
    [heard] = engine.transcribe([speech])
    return heard


def test_chinese_is_told_and_written_in_simplified_characters(whisper: SttEngine, chinese: Pcm) -> None:
    heard = hear(whisper, Speech(chinese, None))
    text = "".join(segment.text for segment in heard.segments)
    assert heard.language == "zh"
    assert heard.language_probability is not None
    assert heard.language_probability > 0.9
    assert heard.words is None
    assert "他们" in text


def test_a_caller_who_names_another_language_is_not_believed(whisper: SttEngine, chinese: Pcm) -> None:
    assert hear(whisper, Speech(chinese, "en-US")).language == "zh"


def test_only_languages_of_this_model_are_named(whisper: SttEngine, chinese: Pcm) -> None:
    assert len(whisper.languages) == 99
    assert "yue" not in whisper.languages
    assert hear(whisper, Speech(chinese.slice(0, 4), "yue")).language == "zh"


def test_words_follow_each_other_within_the_audio(whisper: SttEngine, chinese: Pcm) -> None:
    heard = hear(whisper, Speech(chinese, "zh-CN", want_words=True))
    assert heard.words
    places = [place for word in heard.words for place in (word.start, word.end)]
    assert places == sorted(places)
    assert places[-1] <= chinese.seconds
    assert "".join(word.text for word in heard.words) == "".join(each.text for each in heard.segments)


def test_words_are_placed_where_they_are_in_longer_audio(whisper: SttEngine, chinese: Pcm) -> None:
    early = hear(whisper, Speech(chinese, "zh", want_words=True)).words
    late = hear(whisper, Speech(join([Pcm(bytes(64_000)), chinese]), "zh", want_words=True)).words
    assert early
    assert late
    assert late[-1].end - early[-1].end == pytest.approx(2, abs=0.4)


@pytest.mark.parametrize("loudness", [0, 300, 8_000])
def test_nobody_is_invented(whisper: SttEngine, loudness: int) -> None:
    noise = np.random.default_rng(1).normal(0, 1, 80_000) * loudness
    heard = hear(whisper, Speech(Pcm.from_samples(noise.clip(-32_768, 32_767).astype(np.int16)), "zh"))
    assert (heard.segments, heard.language) == ([], None)


def test_hints_that_look_like_control_tokens_do_no_harm(whisper: SttEngine, chinese: Pcm) -> None:
    heard = hear(whisper, Speech(chinese, "zh", hints=("<|endoftext|>", "撞击")))
    assert "撞击" in "".join(segment.text for segment in heard.segments)


def test_a_temperature_is_where_the_model_begins(whisper: SttEngine, chinese: Pcm) -> None:
    certain, bold = Speech(chinese, "zh"), Speech(chinese, "zh", temperature=1.0)
    assert hear(whisper, certain) == hear(whisper, certain)
    texts = {str(hear(whisper, bold).segments) for _ in range(3)}
    assert texts != {str(hear(whisper, certain).segments)}


def pretend_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a driver counts one whose libraries are not there."""
    if not ctranslate2.get_cuda_device_count():
        monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    else:
        pytest.skip("there is a card that works")


def test_a_card_that_does_not_compute_is_done_without_and_said(
    models: Path, chinese: Pcm, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_a_card(monkeypatch)
    loaded = load_engine(SttSettings(engine="faster-whisper", models_directory=models))
    assert loaded.engine.device == "cpu"
    assert "on cpu, as cuda does not work: " in loaded.reason
    assert hear(loaded.engine, Speech(chinese.slice(0, 4), "zh")).segments


def test_a_card_that_was_asked_for_and_does_not_compute_is_refused(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_a_card(monkeypatch)
    with pytest.raises(EngineUnavailable, match="asks for cuda, which does not work: "):
        load_engine(SttSettings(engine="faster-whisper", models_directory=models, device="cuda"))


def test_a_model_in_the_layout_of_the_hub_is_loaded_from_its_commit(models: Path, tmp_path: Path) -> None:
    commit = "c" * 40
    snapshots = tmp_path / "hub" / "models--owner--name" / "snapshots"
    snapshots.mkdir(parents=True)
    (snapshots / commit).symlink_to(models / NAME)
    (tmp_path / "silero-vad").symlink_to(models / "silero-vad")
    loaded = load_engine(SttSettings(model=f"owner/name@{commit}", models_directory=tmp_path, device="cpu"))
    assert (loaded.engine.name, loaded.revision, loaded.engine.device) == ("owner/name", commit, "cpu")


def test_auto_takes_it_where_it_was_fetched_and_says_why(models: Path) -> None:
    loaded = load_engine(SttSettings(models_directory=models, device="cpu"))
    assert loaded.engine.name == NAME
    assert "more languages" in loaded.reason
    assert loaded.sha256
