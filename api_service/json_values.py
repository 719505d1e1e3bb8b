"""JSON that clients keep with us and that we do not read: small, shallow and storable."""

import json
import math
from typing import Annotated

from pydantic import AfterValidator, JsonValue
from pydantic_core import PydanticCustomError

from api_service.bodies import storable

_DEEPEST = 10
_OBJECT_BYTES = 4096
_METADATA_BYTES = 16_384
_LIST_BYTES = 200_000

Point = str | dict[str, JsonValue]


def fits(value: JsonValue, *, at_most_bytes: int = _OBJECT_BYTES) -> bool:
    """Whether a value is small enough to be kept."""
    return len(json.dumps(value, ensure_ascii=False).encode()) <= at_most_bytes


def small_object(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse, as a validator, an object that cannot be kept beside a row."""
    _check(value, at_most_bytes=_OBJECT_BYTES)
    return value


def _metadata(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    _check(value, at_most_bytes=_METADATA_BYTES)
    return value


def _points(value: list[Point]) -> list[Point]:
    _check([*value], at_most_bytes=_LIST_BYTES)
    return value


def _check(value: JsonValue, *, at_most_bytes: int) -> None:
    _check_each(value, depth=1)
    if not fits(value, at_most_bytes=at_most_bytes):
        raise PydanticCustomError("too_large", "Takes more than {limit} bytes", {"limit": at_most_bytes})


def _check_each(value: JsonValue, *, depth: int) -> None:
    if depth > _DEEPEST:
        raise PydanticCustomError("too_deep", "Nested deeper than {limit} levels", {"limit": _DEEPEST})
    match value:
        case str():
            storable(value)
        case float() if not math.isfinite(value):
            raise PydanticCustomError("not_finite", "Numbers have to be finite")
        case list():
            for each in value:
                _check_each(each, depth=depth + 1)
        case dict():
            for name, each in value.items():
                storable(name)
                _check_each(each, depth=depth + 1)
        case _:
            pass


SmallObject = Annotated[dict[str, JsonValue], AfterValidator(small_object)]
"""At most 4096 bytes as JSON."""

Metadata = Annotated[dict[str, JsonValue], AfterValidator(_metadata)]
"""What a client notes down with a session: at most 16 kB."""

Points = Annotated[list[Point], AfterValidator(_points)]
"""What a summary lists: texts, or objects of the client's own making; 200,000 bytes at most."""
