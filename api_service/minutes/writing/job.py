"""The minutes of one meeting while they are being written."""

import asyncio
from collections.abc import Sequence
from typing import TypeVar, get_args

from pydantic import BaseModel

from api_service.llm.bill import Bill
from api_service.llm.port import AnswerUnusable, LanguageModel, Message
from api_service.minutes.document import Line, Minutes
from api_service.minutes.making import Made, Ready, Section, Told, Wishes
from api_service.minutes.transcript import Said
from api_service.minutes.writing import prompts
from api_service.minutes.writing.answers import Digest, FullNotes, Notes
from api_service.minutes.writing.assembling import Heading, assembled, grouped, in_order
from api_service.minutes.writing.chunks import Chunk, halved, substance
from api_service.minutes.writing.evidence import Examiner, Found, drawn, joined, titled
from api_service.minutes.writing.together import together
from api_service.minutes.writing.voices import Voices

_FIRST: tuple[Section, ...] = ("decisions", "action_items", "open_questions", "chapters")
_FEW_NOTES = 10
"""So many need no digest to be read."""

_MUCH = 40
"""Words of substance in a part of which something can be noted: less than a minute of talk."""

Wanted = TypeVar("Wanted", bound=BaseModel)


class Job:
    """Asks, examines and tells how far it is; used once."""

    def __init__(
        self,
        model: LanguageModel,
        *,
        voices: Voices,
        wishes: Wishes,
        bill: Bill,
        told: Told,
    ) -> None:
        self._model = model
        self._voices = voices
        self._wishes = wishes
        self._bill = bill
        self._told = told
        self._telling = asyncio.Lock()
        self._noted = 0
        self._dropped = 0
        self._served: dict[str, str] = {}
        """The models that answered, with their providers, in the order of their first answers."""

    async def written(
        self, transcript: Sequence[Said], parts: Sequence[Chunk], *, title: str, room: int
    ) -> Made:
        """`title` is for want of a better; `room` what a question may hold beside its frame, in tokens."""
        steps = len(parts) + 1
        by_part = await together(self._notes(part, steps) for part in parts)
        found = joined(by_part)
        self._dropped += found.dropped
        notes = in_order(found, transcript)
        if not notes and self._dropped:
            raise AnswerUnusable("Models answered, but nothing of it was said in this meeting")
        if _is_mostly_silent(parts, by_part):
            raise AnswerUnusable("Models answered, but noted nothing of most of this meeting")
        heading = Heading(title)
        await self._tell(len(parts) / steps, assembled(transcript, found, self._voices, heading), _FIRST)
        if notes:
            heading = await self._heading(notes, found, title, room)
        minutes = assembled(transcript, found, self._voices, heading)
        await self._tell(1.0, minutes, get_args(Section))
        return self._made(minutes)

    async def _notes(self, part: Chunk, steps: int) -> Found:
        found = await (self._full(part) if substance(part) >= _MUCH else self._found(part, Notes))
        self._noted += 1
        await self._tell(self._noted / steps)
        return found

    async def _full(self, part: Chunk) -> Found:
        """Of a part of some substance; what is too much for an answer, or comes to none, is halved."""
        try:
            found = await self._found(part, FullNotes)
        except AnswerUnusable:
            found = Found()
        if not found.is_empty:
            return found
        return joined(await together(self._found(half, Notes) for half in halved(part)))

    async def _found(self, part: Chunk, schema: type[Notes]) -> Found:
        answer = await self._ask(prompts.notes(part, self._voices, self._wishes), schema)
        return Examiner(part, self._voices).found(answer)

    async def _heading(self, notes: Sequence[Line], found: Found, title: str, room: int) -> Heading:
        """Of more notes than fit into one question, a digest of digests."""
        while len(groups := grouped(notes, self._voices, most_tokens=room)) > 1:
            digests = await together(self._digest(group) for group in groups)
            fewer = [line for digest in digests for line in digest.key_points or digest.highlights]
            if len(fewer) >= len(notes):
                raise AnswerUnusable("The notes of this meeting are too long for the language model")
            notes = fewer
        digest = await self._digest(notes)
        key_points = digest.key_points or found.key_points
        return Heading(digest.title or title, digest.highlights or key_points, key_points)

    async def _digest(self, notes: Sequence[Line]) -> Heading:
        """Of all of them: what comes to nothing is asked in halves, of which neither may."""
        try:
            whole = await self._drawn(notes)
        except AnswerUnusable:
            if len(notes) <= _FEW_NOTES:
                raise
            whole = Heading("")
        if not whole.is_empty:
            return whole
        if len(notes) <= _FEW_NOTES:
            return Heading(whole.title, notes, notes)
        middle = len(notes) // 2
        halves = await together(self._drawn(half) for half in (notes[:middle], notes[middle:]))
        if any(half.is_empty for half in halves):
            raise AnswerUnusable("Models answered, but left out a part of this meeting")
        return Heading(
            whole.title or halves[0].title,
            [line for half in halves for line in half.highlights or half.key_points],
            [line for half in halves for line in half.key_points or half.highlights],
        )

    async def _drawn(self, notes: Sequence[Line]) -> Heading:
        answer = await self._ask(prompts.digest(notes, self._voices, self._wishes), Digest)
        highlights, invented = drawn(answer.summary, notes, self._voices)
        key_points, more = drawn(answer.key_points, notes, self._voices)
        self._dropped += invented + more
        return Heading(titled(answer.title, notes, self._voices), highlights, key_points)

    async def _ask(self, messages: list[Message], schema: type[Wanted]) -> Wanted:
        completion = await self._model.complete(messages, schema=schema, bill=self._bill)
        self._served.setdefault(completion.model, completion.provider)
        return completion.value

    async def _tell(
        self, share: float, minutes: Minutes | None = None, sections: tuple[Section, ...] = ()
    ) -> None:
        async with self._telling:
            await self._told(Ready(share, minutes, sections))

    def _made(self, minutes: Minutes) -> Made:
        return Made(
            minutes,
            model=", ".join(self._served),
            provider=", ".join(dict.fromkeys(self._served.values())),
            cost=self._bill.cost,
            dropped=self._dropped,
        )


def _is_mostly_silent(parts: Sequence[Chunk], found: Sequence[Found]) -> bool:
    """Whether nothing is noted of half of what is said, or more, where much is."""
    said = [substance(part) for part in parts]
    silent = sum(much for much, each in zip(said, found, strict=True) if each.is_empty)
    return sum(said) >= _MUCH and 2 * silent >= sum(said)
