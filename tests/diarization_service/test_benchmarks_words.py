"""Words count as right only when the right person said them, whatever people are called."""

from pathlib import Path

import pytest

from benchmarks.diarization.sets import read_stm
from benchmarks.diarization.words import Errors, attributed_errors, errors

SAID = [("ada", "We ship in March."), ("bob", "Who books the hall?"), ("ada", "I do!")]


def test_names_of_speakers_do_not_matter() -> None:
    heard = [("Speaker 2", "we ship in march"), ("Speaker 1", "who books the hall"), ("Speaker 2", "I do")]
    assert attributed_errors(SAID, heard) == Errors(0, 10)


def test_words_of_somebody_else_are_missing_there_and_too_many_here() -> None:
    heard = [("1", "we ship in march"), ("2", "who books the hall I do")]
    assert attributed_errors(SAID, heard) == Errors(4, 10)
    assert errors(SAID, heard) == Errors(0, 10)


def test_everybody_taken_for_one_costs_the_words_of_all_others_twice() -> None:
    heard = [("1", "we ship in march who books the hall I do")]
    assert attributed_errors(SAID, heard).wrong == 8


def test_somebody_invented_is_wrong_word_by_word() -> None:
    heard = [("1", "We ship in March. I do."), ("2", "Who books the hall?"), ("unknown", "uh, thank you")]
    assert attributed_errors(SAID, heard).wrong == 2


def test_of_nothing_nothing_is_wrong() -> None:
    assert attributed_errors([], []).percent == 0
    assert attributed_errors(SAID, []).percent == 100


def test_sets_are_summed_word_by_word() -> None:
    assert (Errors(1, 10) + Errors(3, 10)).percent == pytest.approx(20)


def test_transcripts_in_the_form_of_nist_are_read_in_order(tmp_path: Path) -> None:
    file = tmp_path / "a.stm"
    file.write_text("a 1 Bob 3.5 4.0 And I you.\na 1 Ada 1.0 2.0 I  hear.\n")
    assert read_stm(file) == [("Ada", "I  hear."), ("Bob", "And I you.")]
