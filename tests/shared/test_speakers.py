"""Who said what."""

from shared.contracts.stt import Segment
from shared.speakers import Turn, Turns, attributed, between
from tests.shared.test_words import said


def turns(script: str) -> list[Turn]:
    """One character per second: a letter for its speaker, '.' for nobody."""
    return [Turn(at, at + 1, letter) for at, letter in enumerate(script) if letter != "."]


def who(script: str, text: str, *, words: bool = True, seconds: float = 1) -> list[tuple[str | None, str]]:
    """The text as one segment with a word each second."""
    segment = Segment(text=text, start=0, end=len(text.split()) * seconds)
    parts = attributed([segment], said(text, seconds=seconds) if words else [], turns(script))
    return [(part.speaker, part.segment.text) for part in parts]


def test_a_segment_is_cut_where_the_speaker_changes() -> None:
    assert who("AABBB", "Are you? I am not.") == [("A", "Are you?"), ("B", "I am not.")]


def test_parts_have_the_times_of_their_words() -> None:
    segment = Segment(text="a b c", start=0, end=3, confidence=0.5)
    first, second = attributed([segment], said("a b c"), turns("AAB"))
    assert (first.segment.start, first.segment.end) == (0, 2)
    assert (second.segment.start, second.segment.end, second.segment.confidence) == (2, 3, 0.5)


def test_one_speakers_segment_stays_as_it_is() -> None:
    segment = Segment(text="a b", start=0, end=4)
    assert attributed([segment], said("a b"), turns("AAAA"))[0].segment == segment


def test_without_words_a_segment_goes_whole_to_who_speaks_longest() -> None:
    assert who("AABBB", "a b c d e", words=False) == [("B", "a b c d e")]


def test_without_words_a_segment_is_cut_between_sentences_where_the_speaker_changes() -> None:
    told = who("AAA.BBB", "Are you late? I am not, no.", words=False)
    assert told == [("A", "Are you late?"), ("B", "I am not, no.")]
    assert who("AAAABBBB", "你来了吗？我来了呀。", words=False, seconds=8) == [
        ("A", "你来了吗？"),
        ("B", "我来了呀。"),
    ]


def test_sentences_lie_where_somebody_speaks_and_not_in_pauses() -> None:
    segment = Segment(text="Are you late? I am not, no.", start=0, end=20)
    first, second = attributed([segment], [], [Turn(2, 6, "A"), Turn(15, 19, "B")])
    assert (first.segment.start, second.segment.end) == (2, 19)
    assert [first.speaker, second.speaker] == ["A", "B"]


def test_a_sentence_during_which_the_speaker_changes_goes_to_one() -> None:
    assert who("AABBBBBB", "a b c d e. F g h.", words=False) == [("B", "a b c d e. F g h.")]


def test_longest_counts_all_turns_of_a_speaker() -> None:
    assert Turns([Turn(0, 1.5, "A"), Turn(1.5, 3.5, "B"), Turn(3.5, 5, "A")]).speaker_of(0, 5) == "A"


def test_words_between_turns_belong_to_who_is_near_or_else_spoke_before() -> None:
    assert who("A....B", "a b c d e f") == [("A", "a b c d"), ("B", "e f")]


def test_words_before_the_first_turn_belong_to_who_speaks_next() -> None:
    assert who("...B", "a b c d") == [("B", "a b c d")]


def test_where_nobody_is_near_nobody_is_named() -> None:
    far = Turns([Turn(10, 11, "A")])
    assert far.speaker_of(0, 1) is None
    assert far.speaker_of(9, 9.6) == "A"
    assert Turns([]).speaker_of(0, 1) is None
    assert who("......A", "a b") == [(None, "a b")]
    assert who("", "a b") == [(None, "a b")]


def test_nothing_said_is_nothing_attributed() -> None:
    assert attributed([], [], turns("AB")) == []


def test_a_recording_is_parted_between_two_speakers_and_not_between_turns_of_one() -> None:
    turns = [Turn(0, 2, "A"), Turn(2.5, 3, "A"), Turn(4, 6, "B"), Turn(5, 8, "A")]
    assert between(turns) == [3.5, 5.5]


def test_of_thousands_of_turns_only_those_at_hand_are_looked_at() -> None:
    hours = [Turn(0, 20_000, "host"), *(Turn(at, at + 2, f"S{at % 3}") for at in range(0, 40_000, 4))]
    placed = Turns(hours[::-1])
    assert [turn.start for turn in placed.near(30_001, 30_005)] == [30_000, 30_004]
    assert [turn.start for turn in placed.near(100, 101)] == [0, 100]
    assert placed.speaker_of(9_996, 9_999) == "host"
    assert placed.speaker_of(30_000, 30_001) == "S0"
