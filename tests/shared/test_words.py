"""Words at their places in the text of segments."""

from shared.contracts.stt import Segment, Word
from shared.words import spelled


def said(text: str, start: float = 0, seconds: float = 1) -> list[Word]:
    """Words without their punctuation, each as long as the others."""
    return [
        Word(text=word.strip(",.。"), start=start + at * seconds, end=start + (at + 1) * seconds)
        for at, word in enumerate(text.split())
    ]


def segment(text: str, start: float = 0, end: float = 9) -> Segment:
    return Segment(text=text, start=start, end=end)


def test_words_take_what_stands_after_them() -> None:
    [words] = spelled([segment("Well, yes, it is.")], said("Well, yes, it is."))
    assert [word.text for word in words] == ["Well, ", "yes, ", "it ", "is."]
    assert [word.start for word in words] == [0, 1, 2, 3]


def test_characters_are_words_where_nothing_is_between() -> None:
    [words] = spelled([segment("你好,世界")], said("你 好 世 界"))
    assert [word.text for word in words] == ["你", "好,", "世", "界"]


def test_each_segment_gets_its_own_words() -> None:
    words = said("one two") + said("two three", start=2)
    one, other = spelled([segment("one two", 0, 2), segment("two three", 2, 4)], words)
    assert [word.start for word in one] == [0, 1]
    assert [word.start for word in other] == [2, 3]


def test_a_word_that_is_not_in_the_text_is_left_out() -> None:
    [words] = spelled([segment("one three")], said("one two three"))
    assert [(word.text, word.start) for word in words] == [("one ", 0), ("three", 2)]


def test_a_segment_without_known_words_has_none() -> None:
    first, second = spelled([segment("alpha", 0, 1), segment("beta", 1, 2)], said("beta", start=1))
    assert first == []
    assert [word.text for word in second] == ["beta"]
    assert spelled([segment("alpha")], []) == [[]]
    assert spelled([], said("alpha")) == []


def test_together_the_words_are_the_text() -> None:
    text = "“So – (as it were) we go…” 好的"
    [words] = spelled([segment(text)], said("So as it were we go 好的"))
    assert "".join(word.text for word in words) == text
