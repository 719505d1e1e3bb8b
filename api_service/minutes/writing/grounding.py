"""Whether a sentence says more than its evidence: a number, a name or a matter that nobody spoke of. Pure.

It finds what can be found by comparing words, in English and Chinese; what is written in another language
than was spoken, or in one that is not known here, is let through.
"""

import re

from api_service.minutes.words import is_chinese, is_function_word, stem, tokens
from api_service.minutes.writing import numerals

_LATIN = re.compile(r"[A-Za-z][A-Za-z'’]*")
_NAME = re.compile(r"(?<![.!?:;\"“(]\s)(?<=\s)[A-Z][\w'’-]*[A-Za-z0-9]")
_WORDS = re.compile(r"[^\W_]+")
_COUNTED_BY_THE_WRITER = frozenset({"0", "1", "2", "3"})
_LEAST_ENGLISH = 0.2
_FEWEST_WORDS = 4


class Source:
    """What a part of the meeting says, looked at once for all its items."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_english = is_english(text)
        self.is_chinese = is_chinese(text)
        self.numbers = numerals.heard(text)
        self.stems = {stem(word) for word in _WORDS.findall(text)}


def invents(text: str, *, cited: str, source: Source) -> bool:
    """`cited` is what was said for it, with a little around it."""
    can_count = source.is_english or source.is_chinese
    if can_count and numerals.written(text) - _COUNTED_BY_THE_WRITER - source.numbers:
        return True
    if source.is_english and is_english(text) and _names(text) - source.stems:
        return True
    return _is_comparable(text, cited) and not set(tokens(text)) & set(tokens(cited))


def is_english(text: str) -> bool:
    """Whether it is full of the small words of English; too little to tell is not."""
    words = _LATIN.findall(text)
    small = sum(is_function_word(word) for word in words)
    return len(words) >= _FEWEST_WORDS and small >= _LEAST_ENGLISH * len(words) and not is_chinese(text)


def _is_comparable(text: str, cited: str) -> bool:
    alike = (is_english(text) and is_english(cited)) or (is_chinese(text) and is_chinese(cited))
    return alike and bool(tokens(text)) and bool(tokens(cited))


def _names(text: str) -> set[str]:
    """Words with a capital inside a sentence."""
    return {
        stem(part)
        for name in _NAME.findall(text)
        for part in _WORDS.findall(name)
        if not is_function_word(part) and not any(character.isdigit() for character in part)
    }
