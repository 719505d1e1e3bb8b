"""Whether a sentence says more than its evidence: a number, a name or a matter that nobody spoke of. Pure.

It finds what can be found by comparing words, in English and Chinese; what is written in another language
than was spoken, or in one that is not known here, is let through.
"""

import re
from itertools import pairwise

from api_service.minutes.words import is_chinese, is_function_word, stem, tokens
from api_service.minutes.writing import claims, names, numerals
from api_service.minutes.writing.claims import is_borne_out

_LATIN = re.compile(r"[A-Za-z][A-Za-z'’]*")
_WORDS = re.compile(r"[^\W_]+")
_LATIN_OR_DIGITS = re.compile(r"\d+|[^\W\d_\u3040-\u9fff]+")
_CHINESE = re.compile(r"[\u3040-\u9fff]+")
_AROUND_CHINESE = re.compile("^(?:在|于|到)|(?:之前|以前|之内|以内|左右|前|内)$")
_NUMBERED_DAY = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天末]|(?:\d{1,2}|[一二三四五六七八九十]{1,2})月")
"""Days and months that have numbers for names in Chinese, and names in English."""

_WEEK = re.compile("周|星期|礼拜")
_BETWEEN = frozenset(
    "a an the and by on at in of to for from until till before within about s st nd rd th am pm".split()  # noqa: SIM905
)
_LEAST_ENGLISH = 0.2
_FEWEST_WORDS = 4


class Source:
    """What a part of the meeting says, looked at once for all its items."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_english = is_english(text)
        self.is_chinese = is_chinese(text)
        self.numbers = numerals.heard(text)
        words = _WORDS.findall(text)
        # Names are written in one word that are heard as two.
        self.stems = {stem(word) for word in [*words, *map("".join, pairwise(words))]}


def invents(text: str, *, cited: str, source: Source) -> bool:
    """`cited` is what was said for it, with a little around it."""
    can_count = source.is_english or source.is_chinese
    counted = text if source.is_chinese else _NUMBERED_DAY.sub(" ", text)
    if can_count and not is_borne_out(counted, source.numbers):
        return True
    if source.is_english and _is_english_like(text, source) and names.english(text, source.stems):
        return True
    if source.is_chinese and names.chinese(text, source.text):
        return True
    return _is_comparable(text, cited) and not set(tokens(text)) & set(tokens(cited))


def is_said(words: str, text: str) -> bool:
    """Whether each of some words is in a text, whole or as a number; Chinese, as it stands there."""
    numbers = numerals.heard(text)
    if not is_borne_out(words, numbers):
        return False
    stems = {stem(word) for word in _WORDS.findall(text)}
    for word in _LATIN_OR_DIGITS.findall(words):
        if word.isdigit():
            is_there = int(word) > claims.LARGEST_COUNT or numerals.bare(word) in numbers
        else:
            is_there = word.lower() in _BETWEEN or numerals.is_number(word) or stem(word) in stems
        if not is_there:
            return False
    return all(_is_there(_AROUND_CHINESE.sub("", run), text) for run in _CHINESE.findall(words))


def _is_there(chinese: str, text: str) -> bool:
    """Also `十号` where 10号 is written; but 周五 is no number."""
    if chinese in text:
        return True
    rest = numerals.CHINESE_RUN.sub(" ", chinese)
    return rest != chinese and not _WEEK.search(rest) and all(part in text for part in rest.split())


def is_english(text: str) -> bool:
    """Whether it is full of the small words of English; too little to tell is not."""
    words = _LATIN.findall(text)
    small = sum(is_function_word(word) for word in words)
    return len(words) >= _FEWEST_WORDS and small >= _LEAST_ENGLISH * len(words) and not is_chinese(text)


def _is_comparable(text: str, cited: str) -> bool:
    alike = (is_english(text) and is_english(cited)) or (is_chinese(text) and is_chinese(cited))
    return alike and bool(tokens(text)) and bool(tokens(cited))


def _is_english_like(text: str, source: Source) -> bool:
    """Also a few words, if most of them were said."""
    if is_english(text):
        return True
    words = _LATIN.findall(text)
    if not text.isascii() or len(words) >= _FEWEST_WORDS:
        return False
    return 2 * sum(is_function_word(word) or stem(word) in source.stems for word in words) > len(words)
