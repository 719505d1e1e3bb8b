"""Whether what stands before a colon or a time is somebody's name, or a part of what was said. Pure.

In doubt it is none: a line without a speaker loses nothing, and a speaker whom nobody named is made up.
"""

import re
from collections import Counter
from collections.abc import Collection

from api_service.minutes.pasting.vocabulary import (
    HEADINGS,
    NO_CHINESE_NAMES,
    PARTICLES,
    ROLES,
    SURNAMES,
)
from api_service.minutes.words import is_function_word

_MOST_WORDS = 5
_NUMBERED = re.compile(
    r"(?:speaker|spk|participant|person|guest|user|voice|caller|sprecher(?:in)?|teilnehmer(?:in)?|locuteur"
    r"|intervenant|hablante|orador|说话人|發言人|說話人|发言人|讲话人|发言者|讲者|话者|参会者|参会人|与会者|嘉宾|用户)"
    r"[\s_#-]*(?:\d{1,3}|[A-Z])",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_](?:[^\W_]|['’.\-_])*")
_HANDLE = re.compile(r"[^\W\d_][\w.@-]{0,29}")
_IN_BRACKETS = re.compile(r"\s*[(\[（][^()\[\]（）]{1,30}[)\]）]$")
_CHINESE = re.compile(r"[\u4e00-\u9fff·]{1,8}\d{0,2}")
_FUNCTION_CHARACTERS = re.compile(
    "[的了是我你他她它们在有就不也都和与这那吧吗呢啊嗯哦呀嘛么很还要会能对说把被给让去来]"
)
_FAMILIAR = frozenset("小老阿")
_TITLED = re.compile(
    r".{1,3}(?:经理|總|总|老师|主任|工|医生|同学|先生|女士|小姐|主席|教授|博士|律师|院长|局长|部长|校长)"
)
_ALSO_SAID_BY = frozenset(("me", "you", "i", "q", "a"))
"""Words like others, and who speaks where programs and interviews say no more."""

_ALSO_NAMES = frozenset(("will", "may"))


def is_numbered(name: str) -> bool:
    """Somebody whom a program has told apart: `Speaker 1`, `发言人2`."""
    return bool(_NUMBERED.fullmatch(name))


class Names:
    """Judges what might be names by how they look, and by what else the text has of them."""

    def __init__(self, possible: Collection[str], *, lines: int, text: str) -> None:
        """`possible` is what so many lines begin with, each time that one does."""
        self._times = Counter(_IN_BRACKETS.sub("", name) for name in possible)
        self._common = frozenset(re.findall(r"(?<!\w)[a-z][a-z'’-]+", text))
        # Where few lines begin like that, a single one is hardly a speaker.
        self._often = 3 * sum(count for name, count in self._times.items() if _looks(name)) >= lines

    def has(self, name: str) -> bool:
        """Whether somebody is called so."""
        name = _IN_BRACKETS.sub("", name)
        if is_numbered(name):
            return True
        if _is_heading(name):
            return False
        if self._times[name] > 1:
            return _looks(name) or _comes_back(name)
        return self._often and _looks(name) and not self._is_common(name)

    def _is_common(self, name: str) -> bool:
        short = name.isupper() and len(name) <= 3
        return short or any(word.lower() in self._common for word in name.split() if word not in PARTICLES)


def _looks(name: str) -> bool:
    """Like a name at first sight."""
    name = _IN_BRACKETS.sub("", name)
    if is_numbered(name):
        return True
    if _CHINESE.fullmatch(name):
        return _looks_chinese(name)
    words = name.split()
    return (
        0 < len(words) <= _MOST_WORDS
        and words[0][0].isupper()
        and not _is_function_word(words[0])
        and all(_is_part(word) for word in words)
    )


def _is_part(word: str) -> bool:
    return word in PARTICLES or bool(_WORD.fullmatch(word) and word[0].isupper()) or word.isdigit()


def _looks_chinese(name: str) -> bool:
    if name in ROLES or _TITLED.fullmatch(name):
        return name[0] in SURNAMES or name in ROLES
    if len(name) < 2 or _FUNCTION_CHARACTERS.search(name):
        return False
    return len(name) <= 3 and (name[0] in SURNAMES or name[0] in _FAMILIAR)


def _comes_back(name: str) -> bool:
    """Whether what is no name at first sight may be one when several lines begin with it."""
    if _CHINESE.fullmatch(name):
        return not _FUNCTION_CHARACTERS.search(name)
    words = name.split()
    if len(words) == 1:
        return bool(_HANDLE.fullmatch(name)) and (
            name.lower() in _ALSO_SAID_BY or not _is_function_word(name)
        )
    # Scripts without capitals, and `Lovelace, Ada`.
    parts = [word.removesuffix(",") for word in words]
    return (
        len(words) <= _MOST_WORDS
        and not _is_function_word(parts[0])
        and all(_is_part(part) or (_WORD.fullmatch(part) and part.lower() == part.upper()) for part in parts)
    )


def _is_heading(name: str) -> bool:
    if name in NO_CHINESE_NAMES:
        return True
    words = name.lower().split()
    return all(word in HEADINGS or (_is_function_word(word) and word not in _ALSO_SAID_BY) for word in words)


def _is_function_word(word: str) -> bool:
    return is_function_word(word) and word.lower() not in _ALSO_NAMES
