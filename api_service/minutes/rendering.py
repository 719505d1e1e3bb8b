"""Minutes as text, for the placeholders of templates; their references to voices are filled before. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api_service.minutes.document import ActionItem, Line, Minutes
from api_service.minutes.notices import Notice, notice_for
from api_service.templates import placeholders
from shared.text import one_line

_NOTHING = "–"


def summary(minutes: Minutes) -> str:
    """The highlights, one a line: quotations with who said them. Of a meeting without any, nothing."""
    return "\n".join(_told(line, minutes) for line in minutes.highlights)


def filled(template: str, minutes: Minutes, *, title: str, date: str, language: str | None) -> str:
    """A template with the minutes in it; `language` is theirs, as far as it is known.

    Nobody's name or words make lines of their own.
    """
    candidates = _Candidates(notice_for(minutes, language))
    left_out = minutes.left_out
    decisions = [_told(line, minutes) for line in minutes.decisions]
    tasks = [_task(item, minutes) for item in minutes.action_items]
    questions = [_told(line, minutes) for line in minutes.open_questions]
    return placeholders.fill(
        template,
        {
            "title": one_line(title),
            "date": date,
            "participants": ", ".join(map(one_line, minutes.participants)) or _NOTHING,
            "summary": summary(minutes) or _NOTHING,
            "key_points": _list(_told(line, minutes) for line in minutes.key_points) or _NOTHING,
            "decisions": candidates.to_confirm(decisions, more=left_out.decisions),
            "action_items": candidates.to_confirm(tasks, more=left_out.action_items),
            "open_questions": candidates.found(questions, more=left_out.open_questions),
            "chapters": "\n".join(
                f"{_clock(part.start_time)} {one_line(part.title)}" for part in minutes.chapters
            )
            or _NOTHING,
        },
    )


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Lists under headings that know nothing of how minutes come about."""

    notice: Notice | None

    def to_confirm(self, texts: Sequence[str], *, more: int) -> str:
        found = self.found(texts, more=more)
        return f"{self.notice.quoted}\n{found}" if self.notice and texts else found

    def found(self, texts: Sequence[str], *, more: int) -> str:
        told = [*texts, self.notice.more(more)] if self.notice and more else texts
        return _list(told) or _NOTHING


def _list(texts: Iterable[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


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
