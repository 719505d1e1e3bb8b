"""Nothing is lost when a transcript is cut for a model."""

from itertools import pairwise

import pytest

from api_service.minutes.transcript import Said
from api_service.minutes.writing.chunks import Chunk, chunks, tokens_in
from tests.api_service.minutes.writing.talk import PLANNING, talk

LONG = talk(
    *((f"Speaker {turn // 3 % 2}", f"Sentence {turn} is about matter {turn // 40}.") for turn in range(200))
)


def words(parts: list[Chunk]) -> str:
    return "".join(piece.text for part in parts for piece in part.pieces).replace(" ", "")


def size(part: Chunk) -> int:
    return sum(piece.tokens for piece in [*part.context, *part.pieces])


def test_a_short_meeting_is_one_part() -> None:
    [part] = chunks(talk(*PLANNING), most_tokens=2000)
    assert [(piece.ref, piece.said.segment_id) for piece in part.pieces] == [
        (n, f"s{n}") for n in range(1, 6)
    ]
    assert part.context == ()


@pytest.mark.parametrize("most_tokens", [100, 300, 1000])
def test_a_long_one_is_several_that_fit_and_nothing_is_lost(most_tokens: int) -> None:
    parts = chunks(LONG, most_tokens=most_tokens)
    assert len(parts) > 1
    assert max(size(part) for part in parts) <= most_tokens
    assert words(parts) == "".join(said.text for said in LONG).replace(" ", "")
    assert [piece.ref for part in parts for piece in part.pieces] == list(range(1, 201))


def test_a_part_begins_with_a_turn() -> None:
    for one, other in pairwise(chunks(LONG, most_tokens=600)):
        assert one.pieces[-1].said.speaker != other.pieces[0].said.speaker


def test_each_part_shows_what_was_said_before_it() -> None:
    parts = chunks(LONG, most_tokens=600)
    for one, other in pairwise(parts):
        assert list(other.context) == list(one.pieces[-len(other.context) :])
        assert other.context


@pytest.mark.parametrize(
    "text",
    [
        "We talked about the printer for a while. " * 60,
        "一句没有标点的很长的话" * 200,
        "x" * 3000,
        "word " * 800,
        "a. " * 800,
    ],
)
def test_a_segment_longer_than_a_part_is_cut_and_keeps_its_number(text: str) -> None:
    parts = chunks(talk(("Ada", "Before."), ("Ada", text), ("Ada", "After.")), most_tokens=300)
    assert max(size(part) for part in parts) <= 300
    assert words(parts) == f"Before.{text}After.".replace(" ", "")
    assert {piece.ref for part in parts for piece in part.pieces} == {1, 2, 3}


def test_segments_without_words_are_no_lines() -> None:
    [part] = chunks(talk(("Ada", " "), ("Ada", "Two\nlines.")), most_tokens=300)
    assert [(piece.ref, piece.text) for piece in part.pieces] == [(2, "Two lines.")]


def test_of_nothing_there_is_no_part() -> None:
    assert chunks([], most_tokens=300) == []
    assert chunks([Said("s1", "", "  ", 0, 1)], most_tokens=300) == []


def test_tokens_are_rather_overestimated() -> None:
    assert tokens_in("twelve characters") >= 4
    assert tokens_in("十个汉字大约是十个词") == 10
