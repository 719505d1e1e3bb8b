"""Where a track's audio lies on the session's clock."""

import pytest

from shared.timeline import Alignment, clock_range, parse_clock_range


def stream(alignment: Alignment, *, heard: float, until: float, delay: float, step: float = 0.032) -> float:
    """Frames that each arrive the same delay after their audio was spoken."""
    while heard < until:
        heard += step
        alignment.arrive(heard, at=heard + delay)
        alignment.settle()
    return heard


def test_the_first_frame_anchors_the_track() -> None:
    alignment = Alignment()
    alignment.arrive(0.032, at=41.032)
    assert alignment.place(0.0) == pytest.approx(41.0)
    assert alignment.place(2.5) == pytest.approx(43.5)


def test_a_burst_of_late_frames_moves_nothing() -> None:
    alignment = Alignment()
    stream(alignment, heard=0.0, until=10.0, delay=5.0)
    for heard in range(10, 13):
        alignment.arrive(float(heard), at=18.0)
        alignment.settle()
    assert alignment.place(13.0) == pytest.approx(18.0, abs=0.05)


def test_frames_that_went_missing_move_what_follows() -> None:
    alignment = Alignment()
    stream(alignment, heard=0.0, until=10.0, delay=5.0)
    stream(alignment, heard=10.0, until=16.0, delay=7.0)
    assert alignment.place(16.0) == pytest.approx(23.0, abs=0.05)


def test_a_late_first_frame_is_corrected_by_the_ones_behind_it() -> None:
    alignment = Alignment()
    alignment.arrive(0.032, at=9.0)
    stream(alignment, heard=0.032, until=1.0, delay=5.0)
    assert alignment.place(1.0) == pytest.approx(6.0, abs=0.05)


def test_after_a_restart_the_next_frame_anchors_anew() -> None:
    alignment = Alignment()
    stream(alignment, heard=0.0, until=3.0, delay=1.0)
    alignment.restart()
    alignment.arrive(3.1, at=60.1)
    assert alignment.place(3.0) == pytest.approx(60.0)


def test_no_place_lies_before_the_session() -> None:
    alignment = Alignment()
    alignment.arrive(0.5, at=0.1)
    assert alignment.place(0.0) == 0.0


def test_places_are_written_as_clients_read_them() -> None:
    assert clock_range(0.0, 3725.0456) == "[00:00:00:000,01:02:05:046]"
    assert clock_range(59.9996, 60.0) == "[00:01:00:000,00:01:00:000]"


@pytest.mark.parametrize(
    "text", ["[00:01:02:345,01:00:00:000]", "00:01:02.345-01:00:00.000", " [00:01:02:345, 01:00:00:000] "]
)
def test_a_written_range_is_read_again(text: str) -> None:
    assert parse_clock_range(text) == (62.345, 3600.0)
    assert parse_clock_range(clock_range(62.345, 3600.0)) == (62.345, 3600.0)


def test_fractions_of_seconds_may_be_short_or_absent() -> None:
    assert parse_clock_range("0:1:2-00:01:03") == (62.0, 63.0)
    assert parse_clock_range("[00:01:02,5, 00:01:03.25]") == (62.5, 63.25)


@pytest.mark.parametrize(
    "text", ["", "[]", "[00:01:02:3456,00:01:03]", "2026-11-21T00:00:00Z", "[00:99:00:000,0]"]
)
def test_anything_else_is_no_range(text: str) -> None:
    with pytest.raises(ValueError, match="written as"):
        parse_clock_range(text)
