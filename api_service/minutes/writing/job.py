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
from api_service.minutes.writing.answers import Digest, Notes
from api_service.minutes.writing.assembling import Heading, assembled, grouped, in_order
from api_service.minutes.writing.chunks import Chunk
from api_service.minutes.writing.evidence import Examiner, Found, drawn, joined, titled
from api_service.minutes.writing.together import together
from api_service.minutes.writing.voices import Voices

_FIRST: tuple[Section, ...] = ("decisions", "action_items", "open_questions", "chapters")
_MOST_KEY_POINTS, _MOST_HIGHLIGHTS = 10, 8

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
        found = joined(await together(self._notes(part, steps) for part in parts))
        self._dropped += found.dropped
        notes = in_order(found, transcript)
        if not notes and self._dropped:
            raise AnswerUnusable("Models answered, but nothing of it was said in this meeting")
        heading = Heading(title)
        await self._tell(len(parts) / steps, assembled(transcript, found, self._voices, heading), _FIRST)
        if notes:
            heading = await self._heading(notes, found, title, room)
        minutes = assembled(transcript, found, self._voices, heading)
        await self._tell(1.0, minutes, get_args(Section))
        return self._made(minutes)

    async def _notes(self, part: Chunk, steps: int) -> Found:
        answer = await self._ask(prompts.notes(part, self._voices, self._wishes), Notes)
        found = Examiner(part, self._voices).found(answer)
        self._noted += 1
        await self._tell(self._noted / steps)
        return found

    async def _heading(self, notes: Sequence[Line], found: Found, title: str, room: int) -> Heading:
        """Of more notes than fit into one question, a digest of digests."""
        while len(groups := grouped(notes, self._voices, most_tokens=room)) > 1:
            digests = await together(self._digest(group) for group in groups)
            fewer = [
                line
                for group, digest in zip(groups, digests, strict=True)
                for line in list(digest.key_points or group)[: max(1, len(group) // 2)]
            ]
            if len(fewer) >= len(notes):
                raise AnswerUnusable("The notes of this meeting are too long for the language model")
            notes = fewer
        digest = await self._digest(notes)
        return Heading(
            digest.title or title,
            digest.highlights or found.key_points[:_MOST_HIGHLIGHTS],
            digest.key_points or found.key_points,
        )

    async def _digest(self, notes: Sequence[Line]) -> Heading:
        answer = await self._ask(prompts.digest(notes, self._voices, self._wishes), Digest)
        highlights, invented = drawn(answer.summary, notes, self._voices)
        key_points, more = drawn(answer.key_points, notes, self._voices)
        self._dropped += invented + more
        title = titled(answer.title, notes, self._voices)
        return Heading(title, highlights[:_MOST_HIGHLIGHTS], key_points[:_MOST_KEY_POINTS])

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
