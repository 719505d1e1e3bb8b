"""Writes minutes: notes of each part, every item held to its evidence, then a digest of all notes."""

from collections.abc import Sequence

from api_service.llm.bill import Bill
from api_service.llm.port import LanguageModel
from api_service.minutes.extracting import title_of
from api_service.minutes.making import Made, Titled, Told, Wishes
from api_service.minutes.transcript import Said
from api_service.minutes.writing import prompts
from api_service.minutes.writing.answers import Title
from api_service.minutes.writing.chunks import Chunk, chunks
from api_service.minutes.writing.gist import gist_of
from api_service.minutes.writing.job import Job
from api_service.minutes.writing.voices import Voices
from shared.errors import TooLarge
from shared.inference import InferenceWorker

_MOST_CHUNK_TOKENS = 6000
"""Models overlook things in longer parts, also those that could take them."""

_LEAST_CHUNK_TOKENS = 500


class WishesTooLong(TooLarge):
    code, title = "wishes-too-long", "The instructions leave no room for the meeting"


class Writer:
    """A MinutesMaker for meetings in which something was said. Cuts them up on the thread of `pages`."""

    def __init__(
        self,
        model: LanguageModel,
        pages: InferenceWorker,
        *,
        question_tokens: int,
        most_cents: float | None = None,
    ) -> None:
        self._model = model
        self._pages = pages
        self._question_tokens = question_tokens
        self._most_cents = most_cents

    async def make(
        self, transcript: Sequence[Said], wishes: Wishes, told: Told, bill: Bill | None = None
    ) -> Made:
        """Raises EngineBusy and WishesTooLong before anything is asked, then what language models raise."""
        voices = Voices(transcript)
        room = self._question_tokens - prompts.frame_tokens(voices, wishes)
        if room < _LEAST_CHUNK_TOKENS:
            raise WishesTooLong("Shorter instructions are needed for the language model that is used here")
        parts, title = await self._pages.run(_read, transcript, most_tokens=min(_MOST_CHUNK_TOKENS, room))
        job = Job(self._model, voices=voices, wishes=wishes, bill=self._limited(bill), told=told)
        return await job.written(transcript, parts, title=title, room=room)

    async def entitle(
        self, transcript: Sequence[Said], wishes: Wishes, *, summary: str = "", bill: Bill | None = None
    ) -> Titled:
        """By one short question. A title that was made up is replaced by words that were said."""
        gist = await self._pages.run(gist_of, transcript, summary)
        spent = self._limited(bill)
        messages = prompts.title(gist.lines, wishes)
        answer = await self._model.complete(messages, schema=Title, bill=spent)
        title = answer.value.title
        if gist.bears_out(title):
            return Titled(title, "written", answer.model, answer.provider, spent.cost)
        return Titled(gist.quoted, "extracted", answer.model, answer.provider, spent.cost)

    def _limited(self, bill: Bill | None) -> Bill:
        limited = bill or Bill()
        limited.limit(self._most_cents)
        return limited


def _read(transcript: Sequence[Said], *, most_tokens: int) -> tuple[list[Chunk], str]:
    return chunks(transcript, most_tokens=most_tokens), title_of([said.text for said in transcript])
