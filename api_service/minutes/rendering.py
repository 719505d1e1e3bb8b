"""Minutes as text, for the placeholders of templates; their references to voices are filled before. Pure."""

from collections.abc import Sequence

from api_service.minutes.document import ActionItem, Line, Minutes
from api_service.templates import placeholders
from shared.text import one_line

_NOTHING = "–"


def summary(minutes: Minutes) -> str:
    """The highlights, one a line: quotations with who said them. Of a meeting without any, nothing."""
    return "\n".join(_told(line, minutes) for line in minutes.highlights)


def filled(template: str, minutes: Minutes, *, title: str, date: str) -> str:
    """A template with the minutes in it. Nobody's name or words make lines of their own."""
    return placeholders.fill(
        template,
        {
            "title": one_line(title),
            "date": date,
            "participants": ", ".join(map(one_line, minutes.participants)) or _NOTHING,
            "summary": summary(minutes) or _NOTHING,
            "key_points": _list(minutes.key_points, minutes),
            "decisions": _list(minutes.decisions, minutes),
            "action_items": "\n".join(f"- {_task(item, minutes)}" for item in minutes.action_items)
            or _NOTHING,
            "open_questions": _list(minutes.open_questions, minutes),
            "chapters": "\n".join(
                f"{_clock(part.start_time)} {one_line(part.title)}" for part in minutes.chapters
            )
            or _NOTHING,
        },
    )


def _list(lines: Sequence[Line], minutes: Minutes) -> str:
    return "\n".join(f"- {_told(line, minutes)}" for line in lines) or _NOTHING


def _told(line: Line, minutes: Minutes) -> str:
    """What a model has written names whom it is about by itself."""
    quotes = minutes.origin == "extracted" and line.speaker
    return one_line(f"{line.speaker}: {line.text}" if quotes else line.text)


def _task(item: ActionItem, minutes: Minutes) -> str:
    notes = [note for note in (item.who, item.when) if note]
    told = _told(item, minutes)
    return one_line(f"{told} ({', '.join(notes)})") if notes else told


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
