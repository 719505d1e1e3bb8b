"""How pieces of text become one, in scripts with spaces and without."""

import re
from collections.abc import Iterable

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
"""Control characters, separators of lines, and what turns a text's direction; Postgres looks for the same."""


def one_line(text: str) -> str:
    """A text that cannot break out of its line, such as a name that anybody may choose for themselves."""
    return _BREAKS.sub(" ", text).strip()


def continuation(text: str, more: str) -> str:
    """What to append to a text so that more follows: with a space unless both sides are written without."""
    close = not text or not more or (spaceless(text[-1]) and spaceless(more[0]))
    return more if close else f" {more}"


def joined(texts: Iterable[str]) -> str:
    """All of them as one text."""
    whole = ""
    for text in texts:
        whole += continuation(whole, text)
    return whole


def spaceless(character: str) -> bool:
    """Chinese characters and kana, and full-width punctuation."""
    return (
        "\u3000" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or "\uff00" <= character <= "\uffef"
    )
