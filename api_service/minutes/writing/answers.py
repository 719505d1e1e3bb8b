"""What models answer: the forms that they are held to, and which their answers are read with."""

import re
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, model_validator

_NUMBER = re.compile(r"\d{1,6}")


def _numbers(value: object) -> object:
    """`[12]`, `"12, 14"` and `12` are what models write for a list of numbers."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return [int(found) for each in listed for found in _NUMBER.findall(str(each))]


def _number(value: object) -> object:
    found = _NUMBER.search(value) if isinstance(value, str) else None
    return int(found[0]) if found else value


def _list(value: object) -> object:
    return [] if value is None else value


_Refs = Annotated[list[int], BeforeValidator(_numbers)]
_NoneIsEmpty = BeforeValidator(_list)


class Point(BaseModel):
    """Something that was said, in the words of the model."""

    model_config = ConfigDict(str_strip_whitespace=True)

    text: str
    refs: _Refs


class Task(Point):
    """Something to do."""

    who: str | None = None
    when: str | None = None


class Topic(BaseModel):
    """Where the talk comes to something."""

    model_config = ConfigDict(str_strip_whitespace=True)

    title: str
    ref: Annotated[int, BeforeValidator(_number)]


class Notes(BaseModel):
    """Of one part of a meeting; `refs` are the numbers of lines. Of nothing, each list says so."""

    topics: Annotated[list[Topic], _NoneIsEmpty]
    key_points: Annotated[list[Point], _NoneIsEmpty]
    decisions: Annotated[list[Point], _NoneIsEmpty]
    action_items: Annotated[list[Task], _NoneIsEmpty]
    open_questions: Annotated[list[Point], _NoneIsEmpty]


class FullNotes(Notes):
    """Of a part in which so much is said that something of it can be noted."""

    @model_validator(mode="after")
    def _say_something(self) -> Self:
        if not any((self.key_points, self.decisions, self.action_items, self.open_questions)):
            raise ValueError("much was said, and nothing of it is noted; say at least what it is about")
        return self


class Title(BaseModel):
    """Of a meeting."""

    model_config = ConfigDict(str_strip_whitespace=True)

    title: Annotated[str, StringConstraints(min_length=1)]


class Digest(BaseModel):
    """Of the notes of all parts; `refs` are the numbers of notes."""

    model_config = ConfigDict(str_strip_whitespace=True)

    title: str
    summary: Annotated[list[Point], _NoneIsEmpty]
    key_points: Annotated[list[Point], _NoneIsEmpty]
