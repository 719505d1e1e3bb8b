"""A language model that answers by a script."""

from collections.abc import Callable, Sequence

from pydantic import BaseModel, ValidationError

from api_service.llm.bill import Bill, Cost
from api_service.llm.port import AnswerUnusable, Completion, Message, Wanted
from api_service.minutes.making import Made, Ready, Wishes
from api_service.minutes.transcript import Said
from api_service.minutes.writing.answers import Digest, Notes, Point, Task, Title, Topic
from api_service.minutes.writing.writer import Writer
from shared.inference import InferenceWorker

Script = Callable[[str], BaseModel]
"""From the material of a question to its answer."""


class ScriptedModel:
    """Each answer costs one cent and ten tokens of both kinds."""

    def __init__(self, notes: Script, digest: Script, title: str = "") -> None:
        self._scripts: dict[type[BaseModel], Script] = {
            Notes: notes,
            Digest: digest,
            Title: lambda _: Title.model_construct(title=title),
        }
        self.asked: list[list[Message]] = []

    async def complete(
        self, messages: list[Message], *, schema: type[Wanted], bill: Bill
    ) -> Completion[Wanted]:
        bill.check()
        self.asked.append(messages)
        answer = self._scripts[schema if schema in self._scripts else Notes](messages[-1].text)
        bill.add(Cost(10, 10, 1.0))
        try:
            value = schema.model_validate(answer.model_dump())
        except ValidationError:
            raise AnswerUnusable("not of the form that was asked for") from None
        return Completion(value, "scripted/model", "scripted")


def noted(
    topics: Sequence[Topic] = (),
    key_points: Sequence[Point] = (),
    decisions: Sequence[Point] = (),
    action_items: Sequence[Task] = (),
    open_questions: Sequence[Point] = (),
) -> Notes:
    return Notes(
        topics=list(topics),
        key_points=list(key_points),
        decisions=list(decisions),
        action_items=list(action_items),
        open_questions=list(open_questions),
    )


async def write(
    model: ScriptedModel,
    transcript: Sequence[Said],
    pages: InferenceWorker,
    *,
    wishes: Wishes | None = None,
    question_tokens: int = 8000,
    most_cents: float | None = None,
    heard: list[Ready] | None = None,
) -> Made:
    async def told(ready: Ready) -> None:
        if heard is not None:
            heard.append(ready)

    writer = Writer(model, pages, question_tokens=question_tokens, most_cents=most_cents)
    return await writer.make(transcript, wishes or Wishes(), told)
