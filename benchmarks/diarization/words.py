"""How many words are wrong when they also have to be said by the right person. Pure.

The concatenated minimum-permutation word error rate (cpWER) joins all that each speaker said, pairs speakers
of the truth with those that were found so that fewest words are wrong, and counts words to insert, delete or
replace. Of a speaker without a counterpart all words are wrong.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein
from scipy.optimize import linear_sum_assignment

from benchmarks.scoring import normalised

Said = Sequence[tuple[str, str]]
"""Who said which words, in order."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Of so many words that were said."""

    wrong: int = 0
    words: int = 0

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(self.wrong + other.wrong, self.words + other.words)

    @property
    def percent(self) -> float:
        return 100 * self.wrong / self.words if self.words else 0.0


def attributed_errors(said: Said, heard: Said) -> Errors:
    """With speakers; those that nobody named are one speaker more."""
    truth, found = _by_speaker(said), _by_speaker(heard)
    size = max(len(truth), len(found))
    truth += [[]] * (size - len(truth))
    found += [[]] * (size - len(found))
    costs = np.array([[Levenshtein.distance(one, other) for other in found] for one in truth])
    pairs = linear_sum_assignment(costs) if size else ([], [])
    return Errors(int(costs[pairs].sum()) if size else 0, sum(map(len, truth)))


def errors(said: Said, heard: Said) -> Errors:
    """Whoever said them."""
    truth, found = (_words(" ".join(text for _, text in each)) for each in (said, heard))
    return Errors(Levenshtein.distance(truth, found), len(truth))


def _by_speaker(said: Said) -> list[list[str]]:
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for speaker, text in said:
        texts[speaker].append(text)
    return [_words(" ".join(each)) for each in texts.values()]


def _words(text: str) -> list[str]:
    return normalised(text, language="en").split()
