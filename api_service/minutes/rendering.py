"""Minutes as text, for the placeholders of templates. Pure."""

from collections.abc import Sequence

from api_service.minutes.document import ActionItem, Line, Minutes
from api_service.templates import placeholders

_NOTHING = "–"


def summary(minutes: Minutes) -> str:
    """The highlights, one a line, as they were said; of a meeting without any, nothing."""
    return "\n".join(_spoken(line) for line in minutes.highlights)


def filled(template: str, minutes: Minutes, *, date: str) -> str:
    """A template without faults, with the minutes in it."""
    return placeholders.fill(
        template,
        {
            "title": minutes.title,
            "date": date,
            "participants": ", ".join(minutes.participants) or _NOTHING,
            "summary": summary(minutes) or _NOTHING,
            "key_points": _list(minutes.key_points),
            "decisions": _list(minutes.decisions),
            "action_items": "\n".join(f"- {_task(item)}" for item in minutes.action_items) or _NOTHING,
            "open_questions": _list(minutes.open_questions),
            "chapters": "\n".join(f"{_clock(part.start_time)} {part.title}" for part in minutes.chapters)
            or _NOTHING,
        },
    )


def _list(lines: Sequence[Line]) -> str:
    return "\n".join(f"- {_spoken(line)}" for line in lines) or _NOTHING


def _spoken(line: Line) -> str:
    return f"{line.speaker}: {line.text}" if line.speaker else line.text


def _task(item: ActionItem) -> str:
    notes = [note for note in (item.who, item.when) if note]
    return f"{_spoken(item)} ({', '.join(notes)})" if notes else _spoken(item)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
