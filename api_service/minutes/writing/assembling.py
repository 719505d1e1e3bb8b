"""Minutes out of what was found in the parts of a meeting. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from api_service.minutes.document import Chapter, Line, Minutes
from api_service.minutes.transcript import Said
from api_service.minutes.writing.chunks import tokens_in
from api_service.minutes.writing.evidence import Found, Opening
from api_service.minutes.writing.prompts import note
from api_service.minutes.writing.voices import Voices
from shared.text import one_line


@dataclass(frozen=True, slots=True)
class Heading:
    """What is said of the whole meeting."""

    title: str
    highlights: Sequence[Line] = ()
    key_points: Sequence[Line] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.highlights or self.key_points)


def in_order(found: Found, transcript: Sequence[Said]) -> list[Line]:
    """All items as notes, in the order in which they were said."""
    places = {said.segment_id: place for place, said in enumerate(transcript)}
    items: list[Line] = [*found.key_points, *found.decisions, *found.action_items, *found.open_questions]
    return sorted(items, key=lambda line: places[line.segment_ids[0]])


def grouped(notes: Sequence[Line], voices: Voices, *, most_tokens: int) -> list[list[Line]]:
    """The notes in as few groups as fit into a question each, at least one."""
    groups: list[list[Line]] = [[]]
    used = 0
    for line in notes:
        size = tokens_in(note(len(notes), line, voices)) + 1
        if groups[-1] and used + size > most_tokens:
            groups.append([])
            used = 0
        groups[-1].append(line)
        used += size
    return groups


def assembled(transcript: Sequence[Said], found: Found, voices: Voices, heading: Heading) -> Minutes:
    known = [voice.model_copy(update={"name": one_line(voice.name)}) for voice in voices.known]
    return Minutes(
        origin="written",
        title=one_line(heading.title),
        highlights=list(heading.highlights),
        key_points=list(heading.key_points),
        decisions=list(found.decisions),
        action_items=list(found.action_items),
        open_questions=list(found.open_questions),
        chapters=_chapters(found.openings, transcript),
        participants=list(dict.fromkeys(voice.name for voice in known)),
        voices=known,
    )


def _chapters(openings: Sequence[Opening], transcript: Sequence[Said]) -> list[Chapter]:
    """Each lasts until the next begins; the first begins with the meeting."""
    first_in = {opening.piece.said.segment_id: opening for opening in reversed(openings)}
    begins = [first_in[each] for each in dict.fromkeys(opening.piece.said.segment_id for opening in openings)]
    starts = [transcript[0].start, *(opening.piece.said.start for opening in begins[1:])]
    ends = [*starts[1:], max((said.end for said in transcript), default=0.0)]
    return [
        Chapter(
            title=one_line(opening.title),
            start_time=start,
            end_time=end,
            segment_ids=[opening.piece.said.segment_id],
        )
        for opening, start, end in zip(begins, starts, ends, strict=False)
    ]
