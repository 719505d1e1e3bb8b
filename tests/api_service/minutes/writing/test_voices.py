"""Speakers are labels to a model and references in the minutes."""

import pytest

from api_service.minutes.document import Voice
from api_service.minutes.transcript import Said
from api_service.minutes.writing.voices import Voices, unmarked
from tests.api_service.minutes.writing.talk import PLANNING, talk


@pytest.fixture
def voices() -> Voices:
    return Voices(talk(*PLANNING))


def test_who_speaks_first_is_the_first_voice(voices: Voices) -> None:
    assert voices.known == [
        Voice(spoken_as="voice-A", name="Ada Lovelace"),
        Voice(spoken_as="voice-G", name="Grace"),
    ]
    assert voices.labels() == [("S0", "Ada Lovelace"), ("S1", "Grace")]


def test_nobody_in_particular_has_no_label(voices: Voices) -> None:
    assert [voices.label(said) for said in talk(*PLANNING)] == ["S0", "S1", "S0", "S1", ""]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("S0 calls S1.", "⟦0⟧ calls ⟦1⟧."),
        ("Ada Lovelace calls Grace's boss.", "⟦0⟧ calls ⟦1⟧'s boss."),
        ("S7 and US0 are nobody, gracefully.", "S7 and US0 are nobody, gracefully."),
        ("⟦1⟧ came from the transcript.", "[1] came from the transcript."),
    ],
)
def test_labels_and_names_become_references(voices: Voices, text: str, marked: str) -> None:
    assert voices.marked(text) == marked


def test_a_marked_text_can_be_shown_to_a_model_again(voices: Voices) -> None:
    assert voices.labelled("⟦0⟧ calls ⟦1⟧.") == "S0 calls S1."


def test_labels_are_words_that_nobody_said() -> None:
    voices = Voices(talk(("Ada", "The files are on S3 and in p2."), ("Grace", "Fine.")))
    assert voices.labels() == [("V0", "Ada"), ("V1", "Grace")]
    assert voices.marked("V0 puts files on S3.") == "⟦0⟧ puts files on S3."


def test_chinese_names_need_no_spaces_around_them() -> None:
    assert Voices(talk(("王小明", "好的。"))).marked("由王小明负责报告。") == "由⟦0⟧负责报告。"


def test_a_name_that_is_a_small_word_is_left_alone() -> None:
    assert Voices(talk(("Will", "Fine."))).marked("Will it rain?") == "Will it rain?"


def test_people_of_a_text_are_known_by_their_names() -> None:
    voices = Voices([Said("line-1", "Ada", "Hello.", 0, 0), Said("line-2", "Ada", "Bye.", 0, 0)])
    assert voices.known == [Voice(spoken_as="Ada", name="Ada")]


def test_brackets_of_references_do_not_survive() -> None:
    assert unmarked("a ⟦0⟧ b") == "a [0] b"
