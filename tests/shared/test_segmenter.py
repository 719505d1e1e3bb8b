"""How speech is cut into utterances, played as scripts that a person can read."""

from itertools import pairwise

import numpy as np
import pytest

from shared.audio import SAMPLE_RATE, Pcm, join
from shared.segmenter import Segmenter, Utterance

FRAME_SAMPLES = SAMPLE_RATE // 10


def sounds(script: str, *, seed: int = 0) -> list[Pcm]:
    """One frame of 100 ms a character, each of its own noise: '#' loud, '-' quiet speech, '.' silence."""
    noise = np.random.default_rng(seed)
    loudness = {"#": 8000, "-": 300, ".": 20}
    return [
        Pcm.from_samples(noise.integers(-loudness[mark], loudness[mark], FRAME_SAMPLES, dtype=np.int16))
        for mark in script
    ]


def play(segmenter: Segmenter, script: str, *, seed: int = 0) -> list[Utterance]:
    return [
        utterance
        for mark, frame in zip(script, sounds(script, seed=seed), strict=True)
        for utterance in segmenter.push(frame, is_speech=mark != ".")
    ]


def finals(heard: list[Utterance]) -> list[Utterance]:
    return [utterance for utterance in heard if utterance.final]


def spans(heard: list[Utterance]) -> list[tuple[float, float]]:
    return [(round(each.start, 3), round(each.end, 3)) for each in finals(heard)]


def test_silence_yields_nothing() -> None:
    assert play(Segmenter(), "." * 100) == []


def test_an_utterance_has_its_preroll_and_a_little_of_the_pause() -> None:
    assert spans(play(Segmenter(), "." * 10 + "#" * 20 + "." * 10)) == [(0.7, 3.2)]


def test_a_click_opens_no_utterance() -> None:
    assert play(Segmenter(min_speech_seconds=0.2), ("#" + "." * 9) * 5) == []


def test_an_onset_that_flickers_is_kept_whole() -> None:
    heard = play(Segmenter(min_speech_seconds=0.2), "." * 10 + "##.#" + "#" * 10 + "." * 10)
    assert spans(heard) == [(0.7, 2.6)]


def test_a_short_word_is_an_utterance() -> None:
    assert spans(play(Segmenter(), "." * 10 + "##" + "." * 10)) == [(0.7, 1.4)]


def test_a_pause_that_is_too_short_does_not_end_an_utterance() -> None:
    assert spans(play(Segmenter(pause_seconds=0.5), "#" * 10 + "." * 4 + "#" * 10 + "." * 10)) == [(0.0, 2.6)]


def test_a_pause_ends_an_utterance_and_the_next_begins_without_doubling_it() -> None:
    heard = play(Segmenter(pause_seconds=0.5), "#" * 10 + "." * 5 + "#" * 10 + "." * 10)
    assert spans(heard) == [(0.0, 1.2), (1.2, 2.7)]


def test_a_final_comes_as_soon_as_the_pause_has_lasted() -> None:
    script = "#" * 10 + "." * 5
    assert not finals(play(Segmenter(pause_seconds=0.5), script[:-1]))
    assert finals(play(Segmenter(pause_seconds=0.5), script))


def test_snapshots_grow_and_keep_their_start() -> None:
    heard = play(Segmenter(snapshot_seconds=1.0), "." * 3 + "#" * 35)
    assert [round(each.audio.seconds, 3) for each in heard] == [1.0, 2.0, 3.0]
    assert {each.start for each in heard} == {0.0}
    assert not any(each.final or each.settled for each in heard)


def test_no_snapshot_is_taken_in_a_pause_but_the_settled_one() -> None:
    heard = play(Segmenter(snapshot_seconds=0.1, pause_seconds=1.0), "#" * 10 + "." * 9)
    assert [each.settled for each in heard[-2:]] == [False, True]


def test_the_settled_snapshot_has_exactly_the_audio_of_the_final() -> None:
    heard = play(Segmenter(), "..." + "#" * 17 + "." * 6)
    settled, final = heard[-2:]
    assert (settled.settled, settled.final, final.final) == (True, False, True)
    assert (settled.start, settled.audio) == (final.start, final.audio)


def test_speech_that_goes_on_after_the_settled_snapshot_unsettles_the_utterance() -> None:
    heard = play(Segmenter(), "#" * 5 + "..." + "#" * 5 + "." * 6)
    assert [(round(each.end, 3), each.final) for each in heard if each.settled] == [
        (0.7, False),
        (1.5, False),
        (1.5, True),
    ]


def test_a_monologue_is_cut() -> None:
    """With nothing quieter to be found, a piece is as long as it may be."""
    constant = Pcm.from_samples(np.full(FRAME_SAMPLES, 100, dtype=np.int16))
    segmenter = Segmenter(max_seconds=2.0)
    heard = [each for _ in range(45) for each in segmenter.push(constant, is_speech=True)]
    assert [each.audio.seconds for each in finals(heard)] == [2.0, 2.0]


def test_a_monologue_is_cut_at_the_quietest_place_near_its_maximum() -> None:
    heard = play(Segmenter(max_seconds=5.0, cut_seconds=2.0), "##-" + "#" * 32 + "-" + "#" * 20)
    (first,) = finals(heard)
    assert 3.5 <= first.end <= 3.6


@pytest.mark.parametrize("seed", range(8))
def test_no_sample_of_a_monologue_is_lost_or_doubled_where_it_is_cut(seed: int) -> None:
    rng = np.random.default_rng(seed)
    script = "".join(rng.choice(list("####-."), 300)) + "." * 10
    segmenter = Segmenter(max_seconds=2.0, pause_seconds=60.0, min_speech_seconds=0.0)
    heard = [*play(segmenter, script, seed=seed), *segmenter.flush()]
    whole = join(sounds(script, seed=seed))
    pieces = finals(heard)
    assert len(pieces) > 10
    assert max(piece.audio.seconds for piece in pieces[:-1]) <= 2.0
    assert join([piece.audio for piece in pieces]) == whole.slice(pieces[0].start, pieces[-1].end)


@pytest.mark.parametrize("seed", range(8))
def test_every_version_is_a_piece_of_the_track_at_its_place(seed: int) -> None:
    rng = np.random.default_rng(seed)
    script = "".join(mark * int(rng.integers(1, 12)) for mark in rng.choice(list("#-."), 80))
    segmenter = Segmenter(max_seconds=3.0)
    heard = [*play(segmenter, script, seed=seed), *segmenter.flush()]
    whole = join(sounds(script, seed=seed))
    assert finals(heard)
    for each in heard:
        assert each.audio == whole.slice(each.start, each.end)
    pieces = spans(heard)
    assert all(end <= start for (_, end), (start, _) in pairwise(pieces))


def test_flushing_ends_what_is_being_said() -> None:
    segmenter = Segmenter()
    play(segmenter, "." * 5 + "#" * 7)
    (final,) = segmenter.flush()
    assert (final.final, round(final.start, 3), round(final.end, 3)) == (True, 0.2, 1.2)
    assert list(segmenter.flush()) == []


def test_time_goes_on_after_flushing() -> None:
    segmenter = Segmenter()
    play(segmenter, "#" * 7)
    list(segmenter.flush())
    assert spans(play(segmenter, "." * 10 + "#" * 10 + "." * 10)) == [(1.4, 2.9)]


def test_memory_of_a_silent_track_does_not_grow() -> None:
    segmenter = Segmenter(preroll_seconds=0.3)
    play(segmenter, "." * 600)
    assert len(segmenter._audio) <= 0.4 * SAMPLE_RATE * 2
    assert segmenter.heard_seconds == pytest.approx(60.0)
