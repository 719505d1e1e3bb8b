"""A transcript in parts that a model can take, cut where the talk turns. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from api_service.minutes.topics import boundaries
from api_service.minutes.transcript import Said, sentences
from api_service.minutes.words import tokens

_CHARACTERS_PER_TOKEN = 3
_LINE_TOKENS = 8
"""For the number and the speaker of a line."""

_OVERLAP = 0.1
_MOST_CONTEXT = 4
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment, or a part of one that is too long."""

    ref: int
    """The number of its segment, from 1; pieces of one segment share it."""

    said: Said
    text: str
    """Without line breaks."""

    @property
    def tokens(self) -> int:
        return tokens_in(self.text) + _LINE_TOKENS


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part, and a little of what was said before it."""

    pieces: Sequence[Piece]
    context: Sequence[Piece] = ()


def tokens_in(text: str) -> int:
    """An estimate that is rather too high: models count differently, and ours must fit all of them."""
    return -(-_weight(text) // _CHARACTERS_PER_TOKEN)


def chunks(transcript: Sequence[Said], *, most_tokens: int) -> list[Chunk]:
    """Everything that was said, in order, each segment in one part unless it is longer than a part."""
    own = int(most_tokens * (1 - _OVERLAP))
    parts: list[list[Piece]] = []
    used = 0
    for unit in _units(transcript, own):
        size = sum(piece.tokens for piece in unit)
        if not parts or used + size > own:
            parts.append([])
            used = 0
        parts[-1].extend(unit)
        used += size
    return [
        Chunk(part, _before(parts[index - 1], most_tokens - own) if index else ())
        for index, part in enumerate(parts)
    ]


def halved(part: Chunk) -> list[Chunk]:
    """The same in two parts; a single line stays whole."""
    half = _tokens(part.pieces) / 2
    ends = [end for end in range(1, len(part.pieces)) if _tokens(part.pieces[:end]) <= half]
    middle = ends[-1] if ends else 1
    first, second = part.pieces[:middle], part.pieces[middle:]
    if not second:
        return [part]
    return [Chunk(first, part.context), Chunk(second, _before(first, int(half * _OVERLAP)))]


def substance(part: Chunk) -> int:
    """How much is said in it, in words that not every meeting is full of."""
    return sum(len(tokens(piece.text)) for piece in part.pieces)


def _units(transcript: Sequence[Said], most_tokens: int) -> Iterator[list[Piece]]:
    """What should stay together: a topic; of a long one its turns; of a long turn its segments."""
    topics = set(boundaries([each.text for each in transcript]))
    ends = [*sorted(topics - {0}), len(transcript)]
    begin = 0
    for end in ends:
        topic = [piece for at in range(begin, end) for piece in _pieces(at + 1, transcript[at], most_tokens)]
        if topic:
            yield from _fitting(topic, most_tokens)
        begin = end


def _fitting(topic: list[Piece], most_tokens: int) -> Iterator[list[Piece]]:
    if _tokens(topic) <= most_tokens:
        yield topic
        return
    for _, turn in groupby(topic, key=lambda piece: (piece.said.spoken_as, piece.said.speaker)):
        together = list(turn)
        if _tokens(together) <= most_tokens:
            yield together
        else:
            yield from ([piece] for piece in together)


def _pieces(ref: int, said: Said, most_tokens: int) -> Iterator[Piece]:
    text = _SPACE.sub(" ", said.text).strip()
    if not text:
        return
    if tokens_in(text) + _LINE_TOKENS <= most_tokens:
        yield Piece(ref, said, text)
        return
    most = most_tokens - _LINE_TOKENS
    words: list[str] = []
    weight = 0
    for sentence in sentences([said]):
        for part in _cut(_SPACE.sub(" ", sentence.text), most):
            more = _weight(part) + 1
            if words and weight + more > most * _CHARACTERS_PER_TOKEN:
                yield Piece(ref, said, " ".join(words))
                words, weight = [], 0
            words.append(part)
            weight += more
    if words:
        yield Piece(ref, said, " ".join(words))


def _cut(text: str, most_tokens: int) -> Iterator[str]:
    """A sentence in pieces that fit; where a word has to be cut, it is."""
    while tokens_in(text) > most_tokens:
        # A character is at most one token, so that so many always fit.
        space = text.rfind(" ", 0, most_tokens)
        end = space if space > 0 else most_tokens
        yield text[:end]
        text = text[end:].strip()
    if text:
        yield text


def _weight(text: str) -> int:
    """In letters; a character of another script is as much as a token."""
    letters = len(text.encode("ascii", errors="ignore"))
    return letters + (len(text) - letters) * _CHARACTERS_PER_TOKEN


def _before(part: Sequence[Piece], most_tokens: int) -> list[Piece]:
    found: list[Piece] = []
    for piece in reversed(part[-_MOST_CONTEXT:]):
        if _tokens([piece, *found]) > most_tokens:
            break
        found.insert(0, piece)
    return found


def _tokens(pieces: Sequence[Piece]) -> int:
    return sum(piece.tokens for piece in pieces)
