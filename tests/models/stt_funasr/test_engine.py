"""What the engine makes of the answers of FunASR's real code."""

import logging
import shutil
import socket
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
import torch

from shared.audio import Pcm, join
from shared.models import EngineUnavailable
from stt_service.engine import Recognised, Speech
from stt_service.engines.funasr import FunAsr
from tests.models.stt_funasr import tiny
from tests.models.stt_funasr.conftest import Load, hum
from tests.models.stt_funasr.tiny import FRAMES_APART

pytestmark = pytest.mark.models

FAMILIES = ("sensevoice", "paraformer", "seaco", "fun_asr")


def hear(engine: FunAsr, speech: Speech) -> Recognised:
    [heard] = engine.transcribe([speech])
    return heard


def texts(heard: Recognised) -> list[str]:
    return [segment.text for segment in heard.segments]


def test_sensevoice_tells_words_language_feeling_and_sounds_apart(load: Load) -> None:
    heard = hear(load("sensevoice"), Speech(hum(4), None, want_words=True))
    [segment] = heard.segments
    assert (segment.text, heard.language) == ("hello world", "en")
    assert (segment.emotion, segment.events) == ("happy", ["laughter"])
    assert (segment.start, segment.end) == (0, 4)


def test_sensevoice_places_each_word_where_it_was_said(load: Load) -> None:
    words = hear(load("sensevoice"), Speech(hum(4), None, want_words=True)).words
    assert words is not None
    assert [word.text for word in words] == ["hello", "world"]
    between = FRAMES_APART * 0.06
    assert words[0].start == pytest.approx(between, abs=0.07)
    assert words[1].end == pytest.approx(words[1].start, abs=0.25)
    assert words[1].start >= words[0].end


def test_what_cannot_be_placed_is_written_all_the_same(
    load: Load, folders: dict[str, Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(folders["sensevoice"], tmp_path / "babbling"))
    tiny.forget(folder)
    engine = load("babbling", folder=folder)
    generator = np.random.default_rng(3)
    noises = [generator.normal(0, 0.1, 16_000).astype(np.float32) for _ in range(16)]
    spoken = [Speech(Pcm.from_floats(noise), "zh", want_words=True) for noise in noises]
    placed = engine.transcribe(spoken)
    plain = engine.transcribe([Speech(speech.audio, "zh") for speech in spoken])
    assert [texts(each) for each in placed] == [texts(each) for each in plain]
    assert any(each.words is None for each in placed)


def test_words_come_only_when_they_are_asked_for(load: Load) -> None:
    assert hear(load("sensevoice"), Speech(hum(4), None)).words is None


@pytest.mark.parametrize("name", FAMILIES)
def test_silence_is_nothing(load: Load, name: str) -> None:
    engine = load(name)
    heard = hear(engine, Speech(Pcm(bytes(64_000)), "zh-CN", want_words=True))
    assert (heard.segments, heard.language) == ([], None)
    assert heard.words == ([] if engine.has_words else None)


@pytest.mark.parametrize("name", FAMILIES)
def test_together_is_as_alone_whatever_the_lengths_and_languages(load: Load, name: str) -> None:
    engine = load(name)
    spoken = [
        Speech(hum(3), "zh", want_words=True),
        Speech(Pcm(bytes(32_000)), "zh", want_words=True),
        Speech(hum(0.1), "en", want_words=True),
        Speech(hum(2.7, hertz=300), "zh", want_words=True),
        Speech(hum(1.5, hertz=180), None, ("欢迎",), want_words=True),
        Speech(hum(2.9, hertz=250), "zh", want_words=True),
    ]
    alone = [hear(engine, speech) for speech in spoken]
    assert engine.transcribe(spoken) == alone
    assert sum(bool(each.segments) for each in alone) >= 4
    assert alone[1].segments == []


def test_the_same_audio_has_the_same_words_again(load: Load) -> None:
    engine = load("paraformer")
    assert hear(engine, Speech(hum(3), None)) == hear(engine, Speech(hum(3), None))


def test_the_language_asked_for_reaches_the_model(load: Load) -> None:
    engine = load("sensevoice")
    by_language = {
        language: texts(hear(engine, Speech(hum(3), language))) for language in ("zh-CN", "en", "ja")
    }
    assert len({str(written) for written in by_language.values()}) > 1
    assert hear(engine, Speech(hum(3), "de")) == hear(engine, Speech(hum(3), None))


@pytest.mark.parametrize("name", ["seaco", "fun_asr"])
def test_hints_reach_the_models_that_take_them(load: Load, name: str) -> None:
    engine = load(name)
    hints = ("欢迎", "神经网络 中文 hello")
    assert texts(hear(engine, Speech(hum(3), "zh", hints))) != texts(hear(engine, Speech(hum(3), "zh")))


@pytest.mark.parametrize("name", ["paraformer", "seaco"])
def test_characters_are_placed_in_order_within_their_piece(load: Load, name: str) -> None:
    heard = hear(load(name), Speech(hum(3), "zh", want_words=True))
    assert heard.words
    assert all(0 <= word.start <= word.end <= 3 for word in heard.words)
    assert all(one.start <= other.start for one, other in pairwise(heard.words))
    assert "".join(word.text for word in heard.words) == "".join(texts(heard)).replace(" ", "")


def test_punctuation_is_written_into_what_has_none(load: Load, folders: dict[str, Path]) -> None:
    plain = hear(load("paraformer"), Speech(hum(3), "zh", want_words=True))
    written = hear(
        load("paraformer", punctuation=folders["punctuation"]), Speech(hum(3), "zh", want_words=True)
    )
    assert any(mark in "".join(texts(written)) for mark in "，。？、")
    letters = [character.lower() for text in texts(written) for character in text if character.isalnum()]
    assert letters == [character for text in texts(plain) for character in text if character.isalnum()]
    assert written.words is not None
    assert [word.start for word in written.words] == [word.start for word in plain.words or []]


def test_what_punctuates_is_not_given_to_who_does_so_already(load: Load, folders: dict[str, Path]) -> None:
    with pytest.raises(EngineUnavailable, match="sensevoice writes punctuation"):
        load("sensevoice", punctuation=folders["punctuation"])


def test_the_real_detector_divides_at_a_pause(load: Load, models: Path, jfk: Pcm) -> None:
    engine = load("paraformer", voice_activity=models / "fsmn-vad")
    pause = Pcm(bytes(32_000 * 2))
    heard = hear(engine, Speech(join([jfk, pause, jfk]), None, want_words=True))
    assert len(heard.segments) >= 2
    assert all(before.end <= after.start for before, after in pairwise(heard.segments))
    middle = jfk.seconds + 1
    assert not any(segment.start < middle < segment.end for segment in heard.segments)


def test_no_more_threads_are_used_than_were_given(load: Load) -> None:
    torch.set_num_threads(2)
    load("sensevoice")
    assert torch.get_num_threads() == 1


@pytest.mark.parametrize("name", FAMILIES)
def test_neither_loading_nor_hearing_asks_the_network(
    load: Load, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("somebody asks the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    hints = ("http://127.0.0.1:9/hints.txt", "<|startofspeech|>!http://127.0.0.1:9/a.wav<|endofspeech|>")
    assert hear(load(name), Speech(hum(3), None, hints)).segments


def test_hints_are_not_logged(load: Load, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hear(load("seaco"), Speech(hum(1), "zh", ("机密会议",)))
    assert "机密会议" not in caplog.text


def test_a_graphics_processor_that_is_not_there_is_not_promised(folders: dict[str, Path]) -> None:
    from stt_service.engines.funasr_models import select_device  # noqa: PLC0415

    if torch.cuda.is_available():
        assert select_device("auto") == "cuda:0"
        return
    assert select_device("auto") == "cpu"
    with pytest.raises(EngineUnavailable, match="there is no such device"):
        select_device("cuda")
