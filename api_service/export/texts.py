"""Plain text and Markdown. Pure."""

import re

from api_service.export.meeting import Block, Choices, Meeting, blocks, clock, date_of, one_line

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_LIST_MARK = re.compile(r"^(\d+)([.)])|^([-+])")


def txt(meeting: Meeting, choices: Choices) -> str:
    """A paragraph for each time that somebody speaks."""
    head = [one_line(meeting.title), *filter(None, [date_of(meeting)])]
    body = [f"{_before(block, choices)}{block.text}" for block in blocks(meeting.lines)]
    return "\n".join(["\n".join(head), *(f"\n{each}" for each in body)]) + "\n"


def md(meeting: Meeting, choices: Choices) -> str:
    """The same with a heading and speakers in bold; what was said is never read as marks."""
    date = date_of(meeting)
    parts = [f"# {_plain(one_line(meeting.title))}", *([f"*{date}*"] if date else [])]
    for block in blocks(meeting.lines):
        name, time = one_line(block.speaker), f"({clock(block.start)})"
        head = [
            *([f"**{_plain(name)}**"] if choices.speakers and name else []),
            *([time] if choices.timestamps else []),
        ]
        parts += [" ".join(head)] if head else []
        parts.append(_plain(block.text))
    return "\n\n".join(parts) + "\n"


def _before(block: Block, choices: Choices) -> str:
    name = one_line(block.speaker)
    time = f"[{clock(block.start)}] " if choices.timestamps else ""
    return f"{time}{name}: " if choices.speakers and name else time


def _plain(text: str) -> str:
    return _LIST_MARK.sub(r"\1\\\2\3" if text[:1].isdigit() else r"\\\3", _MARKS.sub(r"\\\1", text))
