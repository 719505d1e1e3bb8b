"""`local/extractive`: minutes that quote. Needs no model, key or network, and invents nothing. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from api_service.minutes import cues
from api_service.minutes.document import ActionItem, Chapter, LeftOut, Line, Minutes
from api_service.minutes.topics import boundaries, phrases, unit, uses, weighted
from api_service.minutes.transcript import Said, Sentence, sentences
from api_service.minutes.words import is_chinese, length, tokens

MODEL = "local/extractive"
_HIGHLIGHTS, _KEY_POINTS = 5, 10
_MOST_ITEMS = 60
"""Tasks, say, that somebody reads; there are more in meetings of many hours only."""

_TITLE_NAMES, _CHAPTER_NAMES = 3, 3
_TITLE_CHARACTERS = 60
_SHORTEST, _LONGEST = 5, 45
"""Words of a sentence that can be read by itself."""

_SHORTEST_ITEM = 3
_SUBSTANTIAL = 6
"""Words other than function words of a sentence that says what it is about."""

_TOO_ALIKE = 0.5
_LONG_ENOUGH, _SHORT_ENOUGH = 12, 8
"""Words of a sentence that is not taken for a scrap, and up to which a shorter one is no better."""

_FOR_CENTRE, _FOR_BREVITY = 0.3, 0.2
"""How much it counts to be near to everything that is said, and to be short."""

_SAID_ONCE = 0.01
_NAMELESS = frozenset({"", "unknown"})

_Found = TypeVar("_Found", bound=Line)


def extract(transcript: Sequence[Said]) -> Minutes:
    """About a second for an hour of talk. Of a transcript without words, minutes without lines."""
    said = sentences(transcript)
    texts = [each.text for each in transcript]
    begins = boundaries(texts)
    people = _people(transcript)
    ranked = _ranked(said)
    decisions = _decisions(said)
    tasks = _action_items(said, people)
    questions = _open_questions(said, texts)
    return Minutes(
        title=title_of(texts),
        highlights=_in_order(ranked[:_HIGHLIGHTS]),
        key_points=_in_order(ranked[:_KEY_POINTS]),
        decisions=_strongest(decisions),
        action_items=_strongest(tasks),
        open_questions=_strongest(questions),
        left_out=LeftOut(
            decisions=_too_many(decisions), action_items=_too_many(tasks), open_questions=_too_many(questions)
        ),
        chapters=_chapters(transcript, begins),
        participants=people,
    )


def _ranked(said: Sequence[Sentence]) -> list[Sentence]:
    """Those that say most of what the meeting is about and was not said by the ones before."""
    stated = [each for each in said if not each.text.endswith(("?", "？")) and tokens(each.text)]
    usable = [each for each in stated if _is_readable(each)] or stated
    if not usable:
        return []
    about = [set(tokens(each.text)) for each in usable]
    rows = weighted([tokens(each.text) for each in usable])
    lengths = np.array([length(each.text) for each in usable])
    central = rows @ unit(rows.sum(axis=0)) * np.sqrt(np.minimum(1, lengths / _LONG_ENOUGH))
    worth = central**_FOR_CENTRE * np.maximum(_SHORT_ENOUGH, lengths) ** -_FOR_BREVITY
    unsaid = _uses(said)
    chosen: list[int] = []
    while len(chosen) < _KEY_POINTS:
        news = np.array([sum(unsaid[token] for token in each) for each in about])
        scores = worth * news ** (1 - _FOR_CENTRE)
        best = int(scores.argmax())
        if scores[best] <= 0:
            break
        chosen.append(best)
        worth[rows @ rows[best] >= _TOO_ALIKE] = 0
        worth[best] = 0
        unsaid.update(dict.fromkeys(about[best], 0.0))
    return [usable[index] for index in chosen]


def _uses(said: Sequence[Sentence]) -> dict[str, float]:
    """In how many sentences each token is; those in one only matter where nothing else does."""
    counted = Counter(token for each in said for token in set(tokens(each.text)))
    return {token: count if count > 1 else _SAID_ONCE for token, count in counted.items()}


def _decisions(said: Sequence[Sentence]) -> list[Line]:
    return [_line(each) for each in said if _is_readable(each) and cues.is_decision(each.text)]


def _action_items(said: Sequence[Sentence], people: Sequence[str]) -> list[ActionItem]:
    found: list[ActionItem] = []
    for each in said:
        named = cues.assigned(each.text, people)
        promised = cues.is_promise(each.text)
        if length(each.text) < _SHORTEST_ITEM or not (named or promised or cues.is_request(each.text)):
            continue
        others = [name for name in people if name != each.said.speaker]
        who = named or (_name(each.said.speaker) if promised else cues.addressed(each.text, others))
        line = _line(each)
        found.append(ActionItem(**line.model_dump(), who=who, when=cues.due(each.text)))
    return found


def _open_questions(said: Sequence[Sentence], texts: Sequence[str]) -> list[Line]:
    return [
        _line(each)
        for each in said
        if length(each.text) >= _SHORTEST_ITEM
        and cues.is_open(each.text, answer=_after(texts, each.position))
    ]


def _after(texts: Sequence[str], position: int) -> str:
    return texts[position + 1] if position + 1 < len(texts) else ""


def _strongest(found: Sequence[_Found]) -> list[_Found]:
    """Of more than anybody reads those that say most, in their order; of equals the later ones."""
    if len(found) <= _MOST_ITEMS:
        return list(found)
    ranked = sorted(range(len(found)), key=lambda place: (_strength(found[place]), place), reverse=True)
    return [found[place] for place in sorted(ranked[:_MOST_ITEMS])]


def _too_many(found: Sequence[Line]) -> int:
    return max(0, len(found) - _MOST_ITEMS)


def _strength(line: Line) -> float:
    """Of what is to be done by a day or by somebody more than of what may be said in passing."""
    if isinstance(line, ActionItem):
        bound = 2 * bool(line.when) + bool(line.who)
    else:
        bound = int(cues.due(line.text) is not None)
    return bound + min(1.0, len(set(tokens(line.text))) / _SUBSTANTIAL)


def _chapters(transcript: Sequence[Said], begins: Sequence[int]) -> list[Chapter]:
    if not transcript:
        return []
    everywhere = uses([each.text for each in transcript])
    chapters: list[Chapter] = []
    for first, end in zip(begins, [*begins[1:], len(transcript)], strict=True):
        part = transcript[first:end]
        names = phrases([each.text for each in part], most=_CHAPTER_NAMES, against=everywhere)
        chapters.append(
            Chapter(
                title=_joined(names) or _shortened(part[0].text),
                start_time=part[0].start,
                end_time=max(each.end for each in part),
                segment_ids=[part[0].segment_id],
            )
        )
    return chapters


def title_of(texts: Sequence[str]) -> str:
    """What was named most; of a short talk its fullest sentence, cut."""
    if names := phrases(texts, most=_TITLE_NAMES):
        title = _joined(names)
        return title[:1].upper() + title[1:]
    return _shortened(max(texts, key=length, default=""))


def _joined(names: Sequence[str]) -> str:
    return ("、" if is_chinese("".join(names)) else ", ").join(names)


def _shortened(text: str) -> str:
    if len(text) <= _TITLE_CHARACTERS:
        return text
    return text[: _TITLE_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"


def _people(transcript: Sequence[Said]) -> list[str]:
    return list(dict.fromkeys(each.speaker for each in transcript if each.speaker not in _NAMELESS))


def _name(speaker: str) -> str | None:
    return None if speaker in _NAMELESS else speaker


def _is_readable(each: Sentence) -> bool:
    return _SHORTEST <= length(each.text) <= _LONGEST


def _in_order(chosen: Sequence[Sentence]) -> list[Line]:
    return [_line(each) for each in sorted(chosen, key=lambda each: each.position)]


def _line(each: Sentence) -> Line:
    said = each.said
    return Line(
        text=each.text,
        segment_ids=[said.segment_id],
        speaker=_name(said.speaker) or "",
        start_time=said.start,
    )
