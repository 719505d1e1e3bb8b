"""Turns as they are answered."""

from diarization_service.turns import in_order, rttm
from shared.contracts.diarization import SpeakerTurn
from shared.speakers import Turn


def test_whoever_speaks_first_is_speaker_zero_whatever_the_engine_says() -> None:
    turns = in_order([Turn(2, 3, "x"), Turn(0, 1, "z"), Turn(1, 2.5, "x"), Turn(3, 4, "a")])
    assert [(turn.start_time, turn.speaker_label) for turn in turns] == [
        (0, "SPEAKER_00"),
        (1, "SPEAKER_01"),
        (2, "SPEAKER_01"),
        (3, "SPEAKER_02"),
    ]


def test_durations_are_as_exact_as_positions() -> None:
    [turn] = in_order([Turn(0.1, 0.4, "a")])
    assert turn.duration == 0.3


def test_a_name_for_rttm_has_no_spaces_and_is_never_empty() -> None:
    turn = SpeakerTurn(start_time=1, end_time=2, speaker_label="SPEAKER_00", duration=1)
    assert rttm([turn], name="a b\nc").split() == (
        ["SPEAKER", "a_b_c", "1", "1.000", "1.000", "<NA>", "<NA>", "SPEAKER_00", "<NA>", "<NA>"]
    )
    assert rttm([turn], name="").split()[1] == "audio"


def test_nobody_speaking_is_an_empty_file() -> None:
    assert rttm([], name="a") == ""
