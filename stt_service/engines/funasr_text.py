"""What FunASR's models write, taken apart: tags from text, words from their parts. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.contracts.stt import Word

SENSEVOICE_LANGUAGES = ("zh", "yue", "en", "ja", "ko")
_CANTONESE_REGIONS = {"hk", "mo", "yue"}

FUN_ASR_LANGUAGES = {
    "zh": "中文",
    "en": "英文",
    "ja": "日文",
    "yue": "粤语",
    "ko": "韩文",
    "vi": "越南语",
    "id": "印尼语",
    "th": "泰语",
    "ms": "马来语",
    "fil": "菲律宾语",
    "ar": "阿拉伯语",
    "hi": "印地语",
    "bg": "保加利亚语",
    "hr": "克罗地亚语",
    "cs": "捷克语",
    "da": "丹麦语",
    "nl": "荷兰语",
    "et": "爱沙尼亚语",
    "fi": "芬兰语",
    "el": "希腊语",
    "hu": "匈牙利语",
    "ga": "爱尔兰语",
    "lv": "拉脱维亚语",
    "lt": "立陶宛语",
    "mt": "马耳他语",
    "pl": "波兰语",
    "pt": "葡萄牙语",
    "ro": "罗马尼亚语",
    "sk": "斯洛伐克语",
    "sl": "斯洛文尼亚语",
    "sv": "瑞典语",
}
"""What Fun-ASR is asked for in words; the first three are those of Nano, all of them those of MLT-Nano."""

_TAG = re.compile(r"<\|([^|<>]*)\|>")
_EMOTIONS = {
    name: name.lower() for name in ("HAPPY", "SAD", "ANGRY", "NEUTRAL", "FEARFUL", "DISGUSTED", "SURPRISED")
}
_EVENTS = {
    "BGM": "music",
    "Applause": "applause",
    "Laughter": "laughter",
    "Cry": "crying",
    "Sneeze": "sneeze",
    "Breath": "breath",
    "Cough": "cough",
    "Sing": "singing",
}
"""That there is speech needs no mention; an unknown event is none."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A text without its tags, and what they said; None and nothing where they did not."""

    text: str
    language: str | None = None
    emotion: str | None = None
    events: tuple[str, ...] = ()


def untagged(written: str) -> Tagged:
    """SenseVoice begins with language, emotion, event and style as `<|en|>`, and may repeat them anywhere."""
    tags = _TAG.findall(written)
    return Tagged(
        text=readable(_TAG.sub("", written)),
        language=next((tag for tag in tags if tag in SENSEVOICE_LANGUAGES), None),
        emotion=next((_EMOTIONS[tag] for tag in tags if tag in _EMOTIONS), None),
        events=tuple(dict.fromkeys(_EVENTS[tag] for tag in tags if tag in _EVENTS)),
    )


def readable(written: str) -> str:
    """Without what stands for an unknown token or for half a character, and with single spaces."""
    known = written.replace("<unk>", "").replace("\N{REPLACEMENT CHARACTER}", "")
    return " ".join("".join(each for each in known if each.isprintable() or each.isspace()).split())


def spoken_code(language: str | None, known: Sequence[str]) -> str | None:
    """The model's code for a BCP 47 tag, None for a language that it does not know. `zh-HK` is Cantonese."""
    primary, *others = (language or "").lower().split("-")
    code = {"cmn": "zh", "tl": "fil"}.get(primary, primary)
    if code == "zh" and "yue" in known and _CANTONESE_REGIONS.intersection(others):
        code = "yue"
    return code if code in known else None


def written_language(text: str, known: Sequence[str]) -> str | None:
    """What a text is in, as far as its script tells for sure among the languages that a model knows."""
    for code, script in _SCRIPTS.items():
        if code in known and script.search(text):
            return code
    alphabetic = [code for code in known if code not in _SCRIPTS and code != "yue"]
    return alphabetic[0] if len(alphabetic) == 1 else None


_SCRIPTS = {
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7af]"),
    "zh": re.compile("[\u3400-\u9fff]"),
}
"""In the order in which they are looked for: Japanese also has Chinese characters."""


def cleaned_hints(hints: Sequence[str]) -> list[str]:
    """Hints without what would be a control token or the end of their list to the models that read them."""
    cleaned = (" ".join(re.sub(r"[<>|\[\],，]", " ", hint).split()) for hint in hints)
    return [hint for hint in cleaned if hint]


def joined(parts: Sequence[str]) -> str:
    """Parts as a text: a space between two, unless one of both is written without."""
    text = ""
    for part in parts:
        apart = text and part and not (_is_spaceless(text[-1]) or _is_spaceless(part[0]))
        text += f" {part}" if apart else part
    return text


def placed_words(text: str, parts: Sequence[str], places: Sequence[tuple[float, float]]) -> list[Word] | None:
    """The words of a text, from the parts of words that a model placed; None when they are not its parts.

    A character of a script without spaces is a word. Punctuation belongs to the word before it. Places
    are seconds; letters in a text may be larger than in its parts.
    """
    words: list[Word] = []
    cursor = 0
    if len(parts) != len(places):
        return None
    for part, place in zip((_bare(part) for part in parts), places, strict=True):
        if not part:
            continue
        begin = _find(text, part, cursor)
        if begin is None:
            return None
        _append_marks(words, text[cursor:begin])
        cursor = begin + len(part)
        found = text[begin:cursor]
        start = max(place[0], 0.0)
        end = max(place[1], start)
        if words and _continues(text, begin):
            words[-1] = words[-1].model_copy(update={"text": words[-1].text + found, "end": end})
        else:
            words.append(Word(text=found, start=start, end=end))
    if any(character.isalnum() for character in text[cursor:]):
        return None
    _append_marks(words, text[cursor:])
    return words


def _bare(part: str) -> str:
    """Without the mark with which a vocabulary begins a word."""
    return readable(part.replace("\N{LOWER ONE EIGHTH BLOCK}", ""))


def _find(text: str, part: str, cursor: int) -> int | None:
    """Where a part comes next, with nothing but spaces and punctuation before it."""
    for begin in range(cursor, len(text)):
        if text[begin : begin + len(part)].lower() == part.lower():
            return begin
        if text[begin].isalnum():
            return None
    return None


def _append_marks(words: list[Word], skipped: str) -> None:
    marks = "".join(skipped.split())
    if words and marks:
        words[-1] = words[-1].model_copy(update={"text": words[-1].text + marks})


def _continues(text: str, begin: int) -> bool:
    """Whether what begins here belongs to the word before."""
    before, first = text[begin - 1], text[begin]
    if before.isspace():
        return False
    return not first.isalnum() or not (_is_spaceless(before) or _is_spaceless(first))


def _is_spaceless(character: str) -> bool:
    """Chinese characters, kana and full-width punctuation; Korean has spaces."""
    return (
        "\u3000" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or "\uff00" <= character <= "\uffef"
    )
