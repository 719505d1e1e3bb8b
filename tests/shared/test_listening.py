"""From bytes to utterances, with a model that anybody can predict."""

import numpy as np
import pytest

from shared.audio import Pcm
from shared.listening import FRAME_SAMPLES, Ear, Framer, SpeechGate
from shared.segmenter import Segmenter, Utterance

TENTH = 1600


def tape(script: str) -> bytes:
    """One character per 100 ms: '#' speech, '.' silence."""
    return b"".join(np.full(TENTH, 1000 if mark == "#" else 0, np.int16).tobytes() for mark in script)


def ear() -> Ear:
    return Ear(SpeechGate(lambda _: 1.0, threshold=0.5), Segmenter())


def finals(utterances: list[Utterance]) -> list[tuple[float, float]]:
    return [(round(each.start, 2), round(each.end, 2)) for each in utterances if each.final]


@pytest.mark.parametrize("piece", [1, 999, 1024, 100_000])
def test_pieces_of_any_length_make_the_same_utterances(piece: int) -> None:
    audio, listening = tape("....########........####......"), ear()
    heard = [
        each for start in range(0, len(audio), piece) for each in listening.hear(audio[start : start + piece])
    ]
    assert finals(heard) == [(0.08, 1.42), (1.68, 2.6)]


def test_the_last_sample_of_what_is_being_said_is_in_its_final() -> None:
    audio, listening = tape("##########") + b"\x01\x01" * 100, ear()
    heard = [*listening.hear(audio), *listening.end()]
    assert b"".join(each.audio.data for each in heard if each.final) == audio


def test_an_ear_knows_where_speech_began_while_it_lasts() -> None:
    listening = ear()
    list(listening.hear(tape("....")))
    assert listening.began is None
    list(listening.hear(tape("####")))
    assert listening.began == pytest.approx(0.084, abs=0.001)
    list(listening.end())
    assert listening.began is None


def test_speech_fades_below_the_threshold_without_ending() -> None:
    likelihoods = iter([0.6, 0.4, 0.34, 0.4])
    gate = SpeechGate(lambda _: next(likelihoods), threshold=0.5)
    frame = Pcm(tape("#")[: FRAME_SAMPLES * 2])
    assert [gate.is_speech(frame) for _ in range(4)] == [True, True, False, False]


def test_a_muted_microphone_costs_the_model_nothing() -> None:
    def never(_: Pcm) -> float:
        raise AssertionError("it was asked")

    assert not SpeechGate(never, threshold=0.5).is_speech(Pcm(bytes(FRAME_SAMPLES * 2)))


def test_frames_are_cut_from_pieces_of_any_length() -> None:
    data = bytes(range(256)) * 50
    framer = Framer()
    pieces = (data[start : start + 700] for start in range(0, len(data), 700))
    frames = [frame for piece in pieces for frame in framer.push(piece)]
    assert all(frame == Pcm(frame.data) and len(frame.samples) == FRAME_SAMPLES for frame in frames)
    assert b"".join(frame.data for frame in frames) == data[: len(frames) * FRAME_SAMPLES * 2]
    assert len(frames) == len(data) // (FRAME_SAMPLES * 2)
