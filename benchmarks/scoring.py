"""How far what was heard is from what was said, leaving aside what is only spelling."""

import re
import unicodedata

import jiwer

_UNSPACED = {"zh", "ja", "yue"}
"""Languages without spaces between words, in which characters are counted."""

_FILLERS = {"uh", "um", "hmm", "mm", "mhm", "uhm"}
_ENGLISH_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen"""
_ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_ENGLISH_UNITS.split())} | {
    word: 10 * value for value, word in enumerate(_ENGLISH_TENS.split(), 2)
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}


def measure_of(language: str) -> str:
    """What the errors of a language are counted in."""
    return "CER" if language in _UNSPACED else "WER"


def error_percent(said: list[str], heard: list[str], *, language: str) -> float:
    """Words or characters to insert, delete or replace, in percent of those that were said in all."""
    said, heard = ([normalised(text, language=language) for text in texts] for texts in (said, heard))
    rate = jiwer.cer(said, heard) if language in _UNSPACED else jiwer.wer(said, heard)
    return 100 * float(rate)


def normalised(text: str, *, language: str) -> str:
    """Without case, punctuation and fillers; English numbers in digits."""
    text = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    words = re.findall(r"\w+(?:'\w+)*", re.sub(r"(?<=\d),(?=\d{3})", "", text))
    if language in _UNSPACED:
        return "".join(words)
    if language == "en":
        words = _in_digits([word for word in words if word not in _FILLERS])
    return " ".join(words)


def _in_digits(words: list[str]) -> list[str]:
    """`forty two` as `42`, `fourteen fifty five` as `1455`: nobody can hear how a number is written."""
    written: list[str] = []
    groups: list[int] = []
    for word in words:
        if word in _SCALES and groups:
            groups = _scaled(groups, _SCALES[word])
        elif word in _SMALL:
            groups = _followed(groups, _SMALL[word])
        else:
            written += [*_joined(groups), word]
            groups = []
    return written + _joined(groups)


def _followed(groups: list[int], value: int) -> list[int]:
    """A number that goes on: `forty` and `two` are one, `fourteen` and `fifty` are read side by side."""
    last = groups[-1] if groups else 0
    after_hundreds = last >= 100 and last % 100 == 0
    after_tens = last % 100 >= 20 and last % 10 == 0 and 0 < value < 10
    return [*groups[:-1], last + value] if after_hundreds or after_tens else [*groups, value]


def _scaled(groups: list[int], scale: int) -> list[int]:
    """`two thousand three hundred`: what is larger than the scale stays, what is smaller is multiplied."""
    last = groups[-1]
    larger = last // (10 * scale) * (10 * scale) if last >= 10 * scale else 0
    return [*groups[:-1], larger + (last - larger) * scale]


def _joined(groups: list[int]) -> list[str]:
    return ["".join(map(str, groups))] if groups else []
