"""The texts of a summary, made of its minutes. Pure."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from api_service.minutes import rendering
from api_service.minutes.document import Minutes


@dataclass(frozen=True, slots=True)
class Texts:
    """What people may change afterwards."""

    summary: str
    """The filled template where there is one, else the highlights."""

    key_points: list[JsonValue]
    action_items: list[JsonValue]


def texts_of(
    minutes: Minutes, template: str | None, *, title: str, met_at: datetime, language: str | None
) -> Texts:
    """Of minutes with the names that are to be shown; `title` is the session's if a person gave it one."""
    summary = rendering.summary(minutes)
    if template is not None:
        date = f"{met_at:%Y-%m-%d}"
        summary = rendering.filled(template, minutes, title=title, date=date, language=language)
    return Texts(
        summary=summary,
        key_points=[line.text for line in minutes.key_points],
        action_items=[item.model_dump(mode="json", exclude={"evidence"}) for item in minutes.action_items],
    )
