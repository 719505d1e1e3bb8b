"""What a sentence is about: stems of its English words and pairs of its Chinese characters. Pure."""

import re
from collections.abc import Iterator
from itertools import pairwise

_TOKEN = re.compile(r"[^\W\d_\u3040-\u9fff]+(?:['’-][^\W\d_]+)?|\d[\d.,]*\d|\d|[\u3040-\u9fff]+")
_FUNCTION_WORDS = frozenset(
    """a about actually after again ah all also although always am an and another any anything are aren't
    as at away back basically be because been before being bit both but by came can can't cannot come
    could couldn't cos course did didn't different do does doesn't doing don't done down each either
    else er erm especially even ever every everybody everyone everything far few first for from get gets
    getting give go goes going gone gonna good got guess had has hasn't have haven't having he he's
    hello her here hi him his hm hmm how mm-hmm uh-huh however i i'd i'll i'm i've if in into is isn't
    it it's its just kind kinda know last least less let let's like little long look looking lot lots
    made make makes making many may maybe me mean might mm more most much must my need needs never new
    next no nope not nothing now obviously of off oh ok okay on once one ones only or other others our
    out over own people perhaps please possible pretty probably put quite rather really right said same
    saw say saying says see seem seems she she's should shouldn't since so some somebody someone
    something sorry sort still stuff such sure take talk talking tell than thank thanks that that's the
    their them then there there's these they they're thing things think thinking this those though
    thought three through to today together too try trying two uh um under until up us use used very
    wanna want wants was wasn't way we we'd we'll we're we've well went were weren't what what's when
    where whether which while who why will with without won't would wouldn't yeah yep yes yet you you'd
    you'll you're you've your""".split()  # noqa: SIM905 - a list of so many would fill pages
)
_FUNCTION_CHARACTERS = frozenset(
    "的了是我你他她它们在有就不也都和与这那个吧吗呢啊嗯哦呀嘛么很还要会能可以对说到把被给让去来上下里"
)
_SUFFIXES = ("ations", "ation", "ings", "ing", "ies", "ied", "es", "ed", "ly", "s", "e", "y")
_STEM_LETTERS = 4


def tokens(text: str) -> list[str]:
    """With repetitions, without words that every meeting is full of."""
    return [token for word in _TOKEN.findall(text) for token in _of_word(word)]


def stem(word: str) -> str:
    """What the forms of an English word share, more or less."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _STEM_LETTERS:
            return word.removesuffix(suffix)
    return word


def is_function_word(word: str) -> bool:
    return word.lower().replace("’", "'") in _FUNCTION_WORDS


def is_chinese(text: str) -> bool:
    """Whether more of it is in Chinese characters than in words of letters."""
    characters = sum("\u3040" <= character <= "\u9fff" for character in text)
    return characters > len(re.findall(r"[A-Za-z]+", text))


def length(text: str) -> int:
    """In words; two Chinese characters are about one."""
    characters = sum("\u3040" <= character <= "\u9fff" for character in text)
    return len(re.findall(r"[^\W_\u3040-\u9fff]+(?:['’][^\W_]+)?", text)) + characters // 2


def _of_word(word: str) -> Iterator[str]:
    if "\u3040" <= word[0] <= "\u9fff":
        for first, second in pairwise(word):
            if first not in _FUNCTION_CHARACTERS and second not in _FUNCTION_CHARACTERS:
                yield first + second
    elif len(word) > 1 and not is_function_word(word):
        yield stem(word)
