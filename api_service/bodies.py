"""What every JSON body has to be, and the texts in it."""

import json
from math import isfinite
from typing import Annotated

from fastapi import Depends, Request
from pydantic import AfterValidator, Field, JsonValue, StringConstraints
from pydantic_core import PydanticCustomError

from shared.errors import UnsupportedMedia

_METADATA_BYTES = 16_384
_METADATA_DEPTH = 10


def is_storable(text: str) -> bool:
    """Postgres stores no NUL, and half a surrogate pair is no text at all."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def storable(text: str) -> str:
    """Raises PydanticCustomError for what cannot be stored."""
    if not is_storable(text):
        raise PydanticCustomError("not_text", "Contains characters that are not text")
    return text


def _trimmed(*, at_most: int, pattern: str | None = None) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=at_most, pattern=pattern)


Title = Annotated[str, _trimmed(at_most=200), AfterValidator(storable)]
Name = Annotated[str, _trimmed(at_most=100), AfterValidator(storable)]
Question = Annotated[str, _trimmed(at_most=200), AfterValidator(storable)]
Email = Annotated[str, _trimmed(at_most=254, pattern=r"^[^@\s]+@[^@\s]+$"), AfterValidator(storable)]
Storable = Annotated[str, AfterValidator(storable)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), AfterValidator(storable)]
"""What was said in one segment."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(storable)]
"""A name as it is somewhere already, whatever it looks like."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Description = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=5000), AfterValidator(storable)
]
Tag = Annotated[str, _trimmed(at_most=50), AfterValidator(storable)]


def _distinct(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


def _bounded(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """What Postgres stores as it is, and what costs little to read again."""
    parts: list[tuple[JsonValue, int]] = [(value, 1)]
    while parts:
        part, depth = parts.pop()
        if depth > _METADATA_DEPTH:
            raise PydanticCustomError("too_deep", "Is nested too deeply")
        match part:
            case dict():
                parts += [(inner, depth + 1) for pair in part.items() for inner in pair]
            case list():
                parts += [(inner, depth + 1) for inner in part]
            case str():
                storable(part)
            case float() if not isfinite(part):
                raise PydanticCustomError("not_finite", "Contains a number that JSON has not")
    if len(json.dumps(value, ensure_ascii=False).encode()) > _METADATA_BYTES:
        raise PydanticCustomError("too_large", "Is larger than 16 kB of JSON")
    return value


Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(_distinct)]
Metadata = Annotated[dict[str, JsonValue], AfterValidator(_bounded)]
"""A JSON object of the client's own: at most 16 kB, at most 10 levels deep."""


async def _json_only(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    if has_body and media_type != "application/json":
        raise UnsupportedMedia("The body has to be application/json")


JsonBody = Depends(_json_only)
"""For routes with a JSON body: anything else is refused before it is read as one."""
