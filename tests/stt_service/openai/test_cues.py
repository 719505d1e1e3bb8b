"""Subtitles that can be read."""

import pytest

from shared.contracts.stt import Segment, Word
from stt_service.openai.cues import Cue, cues

SENTENCES = (
    "We looked at the numbers of the last quarter. They are better than we feared, but not as good as "
    "we had hoped in the spring, and nobody can say why. What shall we do about it?"
)
CHINESE = (
    "我们看了上个季度的数字。它们比我们担心的要好，但是没有春天的时候所希望的那么好，"
    "没有人能说出原因。我们应该怎么办呢？"
)


def spoken(text: str, *, seconds: float = 0.3) -> tuple[list[Segment], list[Word]]:
    words = [
        Word(text=word, start=at * seconds, end=(at + 1) * seconds) for at, word in enumerate(text.split())
    ]
    return [Segment(text=text, start=0, end=words[-1].end)], words


def text_of(found: list[Cue]) -> str:
    return " ".join(line for cue in found for line in cue.lines)


@pytest.mark.parametrize("known", [True, False])
def test_no_cue_is_more_than_two_lines_of_42_columns(known: bool) -> None:
    segments, words = spoken(SENTENCES * 5)
    found = list(cues(segments, words if known else []))
    assert text_of(found) == SENTENCES * 5
    assert all(len(cue.lines) <= 2 and all(len(line) <= 42 for line in cue.lines) for cue in found)


def test_cues_follow_each_other_and_none_is_long() -> None:
    found = list(cues(*spoken(SENTENCES, seconds=0.5)))
    times = [time for cue in found for time in (cue.start, cue.end)]
    assert times == sorted(times)
    assert all(cue.end - cue.start <= 7 for cue in found)


def test_a_cue_ends_with_a_sentence_where_there_is_one() -> None:
    assert next(iter(cues(*spoken(SENTENCES)))).lines == (
        "We looked at the numbers",
        "of the last quarter.",
    )


def test_no_word_is_left_over() -> None:
    text = "these are a few words more than two lines can take so that one or two of them would be left over"
    first, second = (" ".join(cue.lines) for cue in cues(*spoken(text, seconds=0.2)))
    assert abs(len(first) - len(second)) < 10


def test_times_are_those_of_the_words() -> None:
    segments, words = spoken("first " + "word " * 40)
    words[0] = words[0].model_copy(update={"start": 0.1})
    found = list(cues(segments, words))
    assert found[0].start == 0.1
    assert {cue.end for cue in found} <= {word.end for word in words}


def test_chinese_is_cut_between_characters_and_takes_two_columns_each() -> None:
    found = list(cues([Segment(text=CHINESE, start=0, end=12)], []))
    assert "".join(line for cue in found for line in cue.lines) == CHINESE
    assert len(found) > 1
    assert all(len(line) <= 21 for cue in found for line in cue.lines)
    assert all(line[0] not in "。，？" for cue in found for line in cue.lines)


def test_what_is_short_stays_whole_however_long_it_takes() -> None:
    assert list(cues([Segment(text="yes it is", start=1, end=20)], [])) == [Cue(1, 20, ("yes it is",))]


def test_words_far_apart_are_shown_when_they_are_said() -> None:
    words = [Word(text="Hello.", start=1, end=2), Word(text="Bye.", start=19, end=20)]
    found = list(cues([Segment(text="Hello. Bye.", start=1, end=20)], words))
    assert found == [Cue(1, 2, ("Hello.",)), Cue(19, 20, ("Bye.",))]


def test_one_endless_word_is_a_cue() -> None:
    [cue] = cues([Segment(text="a" * 200, start=0, end=1)], [])
    assert cue.lines == ("a" * 200,)


def test_no_segments_are_no_cues() -> None:
    assert list(cues([], [])) == []
