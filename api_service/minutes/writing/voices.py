"""What speakers are called to a model, and what stands for them in the minutes. Pure."""

import re
from collections.abc import Iterable, Sequence

from api_service.minutes.document import Voice
from api_service.minutes.transcript import Said
from api_service.minutes.words import is_function_word

_NAMELESS = frozenset({"", "unknown"})
_PREFIXES = ("S", "P", "V", "SPK_", "PERSON_")
_MARK = re.compile(r"⟦(\d{1,4})⟧")
_BRACKETS = str.maketrans("⟦⟧", "[]")
_SHORTEST_NAME = 2


def unmarked(text: str) -> str:
    """A text in which nothing looks like a reference to a voice."""
    return text.translate(_BRACKETS)


class Voices:
    """The people of one transcript, in the order in which they first speak."""

    def __init__(self, transcript: Sequence[Said]) -> None:
        named = [each for each in transcript if each.speaker not in _NAMELESS]
        people = {each.spoken_as or each.speaker: each.speaker for each in reversed(named)}
        self.known = [Voice(spoken_as=key, name=people[key]) for key in dict.fromkeys(map(_key, named))]
        self._index = {voice.spoken_as: index for index, voice in enumerate(self.known)}
        self._prefix = _unused_prefix(each.text for each in transcript)
        self._label = re.compile(rf"(?<![\w⟦]){self._prefix}(\d{{1,4}})(?!\w)")

    def label(self, said: Said) -> str:
        """`S0` for the first; empty for nobody in particular."""
        return f"{self._prefix}{self._index[_key(said)]}" if said.speaker not in _NAMELESS else ""

    def labels(self) -> list[tuple[str, str]]:
        """Each label with the name of now."""
        return [(f"{self._prefix}{index}", voice.name) for index, voice in enumerate(self.known)]

    def marked(self, text: str) -> str:
        """A model's text with `⟦0⟧` for the first speaker, by label or by name."""
        text = self._label.sub(self._mark, unmarked(text))
        for index, voice in sorted(enumerate(self.known), key=lambda each: -len(each[1].name)):
            if len(voice.name) >= _SHORTEST_NAME and not is_function_word(voice.name):
                text = re.sub(_whole(voice.name), f"⟦{index}⟧", text)
        return text

    def labelled(self, text: str) -> str:
        """A marked text as a model may see it."""
        return _MARK.sub(lambda found: f"{self._prefix}{found[1]}", text)

    def plain(self, text: str) -> str:
        """A marked text without its marks."""
        return _MARK.sub(" ", text)

    def _mark(self, found: re.Match[str]) -> str:
        return f"⟦{int(found[1])}⟧" if int(found[1]) < len(self.known) else found[0]


def _key(said: Said) -> str:
    return said.spoken_as or said.speaker


def _unused_prefix(texts: Iterable[str]) -> str:
    """Labels that nobody has said: in some meetings S3 is a place for files."""
    joined = "\n".join(texts)
    free = (each for each in _PREFIXES if not re.search(rf"(?<!\w){each}\d", joined, re.IGNORECASE))
    return next(free, "VOICE_")


def _whole(name: str) -> str:
    """A name that is no part of a longer word; Chinese has no spaces to tell."""
    quoted = re.escape(name)
    return rf"(?<![\w⟦]){quoted}(?!\w)" if name.isascii() else quoted
