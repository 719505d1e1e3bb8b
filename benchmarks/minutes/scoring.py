"""What minutes rest on: their evidence, the facts that they have, and what nobody said. Pure.

*Facts* are the terms that matter to whoever wrote about the meeting: stems of content words that two or more
sentences of the references use, and every number in them; less the words of participants' names and what
nobody said in the meeting, which is a writer's phrasing. A fact is found when any line of the minutes has it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api_service.minutes.document import ActionItem, Chapter, Line, Minutes
from api_service.minutes.transcript import Said, of_text, sentences
from api_service.minutes.words import tokens
from benchmarks.scoring import normalised

_MEANT_BY = 2
_NAME = re.compile(r"(?<=[\w,;:'’)] )[A-Z][\w'’-]*")
"""A capital that begins no sentence."""

_NO_NAMES = {"i", "i'm", "i'll", "i've", "i'd"}


@dataclass(frozen=True, slots=True)
class Invention:
    """A line with something that its evidence does not have."""

    text: str
    unknown: tuple[str, ...]
    """The names and numbers in question; nothing where the whole line is no quotation."""


def items(minutes: Minutes) -> list[Line | Chapter]:
    """Everything that has to name its evidence."""
    return [*lines(minutes), *minutes.chapters]


def lines(minutes: Minutes) -> list[Line]:
    """All that is told, section by section; a sentence may be in several."""
    return [
        *minutes.highlights,
        *minutes.key_points,
        *minutes.decisions,
        *minutes.action_items,
        *minutes.open_questions,
    ]


def evidence_percent(minutes: Minutes, transcript: Sequence[Said]) -> float:
    """Items of which every segment named is one of the meeting's; of no items, none."""
    known = {each.segment_id for each in transcript}
    rested = [set(each.segment_ids) <= known and bool(each.segment_ids) for each in items(minutes)]
    return 100 * sum(rested) / len(rested) if rested else 0.0


def facts(references: Sequence[str], transcript: Sequence[Said]) -> set[str]:
    """As defined above."""
    parts = [each.text for reference in references for each in sentences(of_text(_one_line(reference)))]
    used = Counter(term for part in parts for term in set(_terms(part)))
    names = {term for each in transcript for term in _terms(each.speaker)}
    said = {term for each in transcript for term in _terms(each.text)}
    meant = {term for term, count in used.items() if count >= _MEANT_BY or term.isdigit()}
    return (meant - names) & said


def facts_percent(minutes: Minutes, wanted: set[str]) -> float:
    """Of the facts wanted, those that the minutes have."""
    told = [*(each.text for each in lines(minutes)), *(each.title for each in minutes.chapters)]
    found = wanted & {term for text in told for term in _terms(text)}
    return 100 * len(found) / len(wanted) if wanted else 100.0


def inventions(minutes: Minutes, transcript: Sequence[Said]) -> Iterator[Invention]:
    """Of quotations, those that are none; of what a model wrote, what has names and numbers of its own."""
    said = {each.segment_id: each for each in transcript}
    for line in {(line.text, *line.segment_ids): line for line in lines(minutes)}.values():
        evidence = [said[each] for each in line.segment_ids if each in said]
        if minutes.origin == "extracted" and not any(line.text in each.text for each in evidence):
            yield Invention(line.text, ())
        elif unknown := tuple(_unknown(line, evidence, present=minutes.participants)):
            yield Invention(line.text, unknown)
    # These are about the whole of it.
    for title in dict.fromkeys([minutes.title, *(part.title for part in minutes.chapters)]):
        if unknown := tuple(_unheard(title, transcript)):
            yield Invention(title, unknown)


def _unknown(line: Line, evidence: Sequence[Said], *, present: Sequence[str]) -> Iterator[str]:
    told = [line.text]
    if isinstance(line, ActionItem):
        told.append(line.when or "")
        if line.who and line.who not in present:
            # A name that nobody said is one also where it stands alone.
            told.append(f"for {line.who}")
    yield from _unheard(" ".join(told), evidence)


def _unheard(text: str, evidence: Sequence[Said]) -> Iterator[str]:
    heard = set(_words(" ".join(f"{each.speaker} {each.text}" for each in evidence)))
    numbers = [word for word in _words(text) if any(map(str.isdigit, word))]
    names = [word for name in _NAME.findall(text) for word in _words(name)]
    yield from dict.fromkeys(word for word in [*numbers, *names] if word not in heard | _NO_NAMES)


def _terms(text: str) -> list[str]:
    """Stems of content words; numbers in digits, however they were written."""
    return tokens(" ".join(_words(text)))


def _words(text: str) -> list[str]:
    return normalised(text, language="en").split()


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace(": ", ", ")
