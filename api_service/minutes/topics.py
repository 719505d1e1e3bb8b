"""Where a meeting turns to something else, and the words that name what it is about. Pure."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from api_service.minutes.words import is_function_word, stem, tokens

Vectors = NDArray[np.float32]

_BLOCK_TOKENS = 120
"""Said before and after a place, compared."""

_CHAPTER_TOKENS = 300
_MOST_CHAPTERS = 12
_LEAST_USES = 2
_MOST_COLUMNS = 1000
"""Rarer words are in hardly two sentences, and rows have to stay small however long a text is."""

_MOST_PLACES = 2000
"""So many are looked at, evenly spread over what is longer than a meeting."""

_PHRASE = re.compile(r"[A-Za-z][A-Za-z'’-]*|[\u4e00-\u9fff]+|[^\sA-Za-z\u4e00-\u9fff]")
_CHINESE_LENGTHS = (4, 3, 2)
_CHINESE_FUNCTION = re.compile(
    "[的了是我你他她它们在有就不也都和与这那个吧吗呢啊嗯哦呀嘛么很还要会能可以对说到把被给让去来上下里们请一]"
)


def weighted(parts: Sequence[Sequence[str]]) -> Vectors:
    """A row of length one for each part, from what is frequent in it and rare elsewhere."""
    used = Counter(token for part in parts for token in set(part))
    columns = {token: index for index, (token, _) in enumerate(used.most_common(_MOST_COLUMNS))}
    rows = np.zeros((len(parts), max(1, len(columns))), dtype=np.float32)
    for index, part in enumerate(parts):
        for token, count in Counter(part).items():
            if token in columns:
                rows[index, columns[token]] = (1 + math.log(count)) * math.log(1 + len(parts) / used[token])
    return unit(rows)


def unit(rows: Vectors) -> Vectors:
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    return (rows / np.where(norms > 0, norms, 1)).astype(np.float32)


def boundaries(texts: Sequence[str]) -> list[int]:
    """The indices of the segments at which chapters begin; the first is 0."""
    found = ((index, tokens(text)) for index, text in enumerate(texts))
    wordy = [(index, part) for index, part in found if part]
    parts = [part for _, part in wordy]
    before = np.cumsum([0, *(len(part) for part in parts)])
    total = int(before[-1])
    most = min(_MOST_CHAPTERS, total // _CHAPTER_TOKENS)
    if most < 2:
        return [0]
    step = -(-len(parts) // _MOST_PLACES)
    depths = {place: _cohesion(parts, before, place) for place in range(1, len(parts), step)}
    chosen = [0]
    for place in sorted(depths, key=lambda each: depths[each]):
        if len(chosen) == most:
            break
        near = [abs(int(before[place] - before[other])) for other in chosen]
        if min([*near, total - int(before[place])]) >= _CHAPTER_TOKENS * 2 // 3:
            chosen.append(place)
    return [0, *sorted(wordy[place][0] for place in chosen if place)]


def _cohesion(parts: Sequence[Sequence[str]], before: NDArray[np.int64], place: int) -> float:
    """How much what comes after a place is about what came before it."""
    first = int(np.searchsorted(before, before[place] - _BLOCK_TOKENS, side="right")) - 1
    last = int(np.searchsorted(before, before[place] + _BLOCK_TOKENS))
    left = Counter(token for part in parts[max(0, first) : place] for token in part)
    right = Counter(token for part in parts[place:last] for token in part)
    shared = sum(count * right[token] for token, count in left.items())
    norms = math.sqrt(sum(n * n for n in left.values()) * sum(n * n for n in right.values()))
    return shared / norms if norms else 1.0


def phrases(texts: Sequence[str], *, most: int, against: Mapping[str, int] | None = None) -> list[str]:
    """What is named most, in its own words: pairs of words before single ones, none twice.

    `against` counts uses in the whole meeting, so that a part is named by what is its own.
    """
    counted: Counter[str] = Counter(name for text in texts for name in _names(text))
    ranked = sorted(
        (name for name in counted if counted[name] >= _LEAST_USES),
        key=lambda name: (-_weight(name, counted[name], against), name),
    )
    found: list[str] = []
    taken: set[str] = set()
    for name in ranked:
        stems = {stem(word) for word in name.split()} if name.isascii() else set(tokens(name)) | {name}
        if not stems & taken:
            taken |= stems
            found.append(name)
        if len(found) == most:
            break
    return found


def uses(texts: Sequence[str]) -> Mapping[str, int]:
    """How often each name is used."""
    return Counter(name for text in texts for name in _names(text))


def _weight(name: str, count: int, against: Mapping[str, int] | None) -> float:
    words = len(name.split()) if name.isascii() else len(name) / 2
    own: float = count / against[name] if against and against.get(name) else 1.0
    return count * math.pow(words, 1.5) * math.sqrt(own)


def _names(text: str) -> list[str]:
    pieces = _PHRASE.findall(text)
    content = [piece.lower() if _is_name(piece) else "" for piece in pieces]
    single = [word for word in content if word and len(word) > 3]
    pairs = [f"{one} {two}" for one, two in pairwise(content) if one and two and one != two]
    return (
        single
        + pairs
        + [name for piece in pieces if "\u4e00" <= piece[0] <= "\u9fff" for name in _chinese(piece)]
    )


def _is_name(piece: str) -> bool:
    return piece[0].isascii() and piece[0].isalpha() and len(piece) > 1 and not is_function_word(piece)


def _chinese(run: str) -> list[str]:
    return [
        run[at : at + size]
        for size in _CHINESE_LENGTHS
        for at in range(len(run) - size + 1)
        if not _CHINESE_FUNCTION.search(run[at : at + size])
    ]
