"""Answers of models as the objects that were asked for. Pure."""

import re

from pydantic import ValidationError

from api_service.llm.port import Message, Wanted
from api_service.llm.provider import Answer, Unusable

_THOUGHT = re.compile(r"<(?P<end>/)?think(?:ing)?>", re.IGNORECASE)
_NOT_STORABLE = re.compile(r"\x00|\\u0000")
_MOST_FAULTS = 8


class NotOfForm(Unusable):
    """What is wrong with an answer, in words for the model that gave it."""

    def __init__(self, request: str) -> None:
        super().__init__()
        self.request = request


def spoken(text: str) -> str:
    """An answer without what the model thought. Some begin to think without saying so, or never end."""
    said: list[str] = []
    begin: int | None = 0
    for mark in _THOUGHT.finditer(text):
        if mark["end"]:
            if begin is not None:
                said.clear()
            begin = mark.end()
        elif begin is not None:
            said.append(text[begin : mark.start()])
            begin = None
    if begin is not None:
        said.append(text[begin:])
    return "".join(said).strip()


def parsed(answer: Answer, schema: type[Wanted]) -> Wanted:
    """The object in an answer, whatever stands around it. Raises NotOfForm."""
    text = spoken(answer.text)
    if not answer.is_whole:
        raise NotOfForm("Your answer was too long and was cut off. Give it again, whole and much shorter.")
    first, last = text.find("{"), text.rfind("}")
    if first < 0 or last < first:
        raise NotOfForm(
            "Your answer has no JSON object. Give the object that was asked for, and nothing else."
        )
    try:
        return schema.model_validate_json(_NOT_STORABLE.sub("", text[first : last + 1]))
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)[:_MOST_FAULTS]
    # Raised out here since that error quotes what people said, and must not be found in a traceback.
    listed = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'all'}: {each['msg']}" for each in faults)
    raise NotOfForm(f"Your answer does not fit: {listed}. Give the whole JSON object again.")


def repair(messages: list[Message], answer: Answer, fault: NotOfForm) -> list[Message]:
    """The conversation that asks once more. What was cut or empty is not shown again."""
    text = spoken(answer.text)
    shown = [Message("assistant", text)] if text and answer.is_whole else []
    return [*messages, *shown, Message("user", fault.request)]
