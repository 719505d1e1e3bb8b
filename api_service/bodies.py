"""What every JSON body has to be, and the texts in it."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.errors import UnsupportedMedia
from shared.text import one_line


def is_storable(text: str) -> bool:
    """Postgres stores no NUL, and half a surrogate pair is no text at all."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def storable(text: str) -> str:
    """Raises PydanticCustomError for what cannot be stored."""
    if not is_storable(text):
        raise PydanticCustomError("not_text", "Contains characters that are not text")
    return text


def _in_one_line(value: object) -> object:
    return one_line(value) if isinstance(value, str) and is_storable(value) else value


OneLine = BeforeValidator(_in_one_line)
"""For texts that stand within lines of others: line breaks and other control characters become spaces."""


def _trimmed(*, at_most: int, pattern: str | None = None) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=at_most, pattern=pattern)


Title = Annotated[str, _trimmed(at_most=200), OneLine, AfterValidator(storable)]
Name = Annotated[str, _trimmed(at_most=100), OneLine, AfterValidator(storable)]
Question = Annotated[str, _trimmed(at_most=200), AfterValidator(storable)]
Email = Annotated[str, _trimmed(at_most=254, pattern=r"^[^@\s]+@[^@\s]+$"), AfterValidator(storable)]
Storable = Annotated[str, AfterValidator(storable)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), AfterValidator(storable)]
"""What was said in one segment."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(storable)]
"""A name as it is somewhere already, whatever it looks like."""

Speaker = Annotated[Label, OneLine]
"""The same of who speaks, who is named within lines of others."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Description = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=5000), AfterValidator(storable)
]
Tag = Annotated[str, _trimmed(at_most=50), OneLine, AfterValidator(storable)]


def _distinct(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(_distinct)]


async def _json_only(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    if has_body and media_type != "application/json":
        raise UnsupportedMedia("The body has to be application/json")


JsonBody = Depends(_json_only)
"""For routes with a JSON body: anything else is refused before it is read as one."""
