"""Plain text and Markdown as they are written."""

from datetime import UTC, datetime

from api_service.export.meeting import Choices, Line, Meeting
from api_service.export.texts import md, txt

MEETING = Meeting(
    "Weekly *sync*",
    "en",
    datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
    [
        Line("Ada", "Good morning.", 0.0, 1.5),
        Line("Ada", "Shall we?", 2.0, 3.0),
        Line("Bob", "# not a\nheading", 65.0, 66.0),
        Line("Bob", "After a pause.", 3700.0, 3701.0),
        Line("", "1. nobody", 3702.0, 3703.0),
    ],
)


def test_plain_text() -> None:
    assert txt(MEETING, Choices()) == (
        "Weekly *sync*\n2026-11-21 09:30 UTC\n\n[0:00] Ada: Good morning. Shall we?\n\n"
        "[1:05] Bob: # not a heading\n\n[1:01:40] Bob: After a pause.\n\n[1:01:42] 1. nobody\n"
    )


def test_markdown_shows_what_was_said_as_it_is() -> None:
    assert md(MEETING, Choices()) == (
        "# Weekly \\*sync\\*\n\n*2026-11-21 09:30 UTC*\n\n**Ada** (0:00)\n\nGood morning. Shall we?\n\n"
        "**Bob** (1:05)\n\n\\# not a heading\n\n**Bob** (1:01:40)\n\nAfter a pause.\n\n"
        "(1:01:42)\n\n1\\. nobody\n"
    )


def test_only_the_words_when_nothing_else_is_wanted() -> None:
    bare = Choices(speakers=False, timestamps=False)
    assert "\n\nGood morning. Shall we?\n\n# not a heading\n\n" in txt(MEETING, bare)
    assert "Ada" not in md(MEETING, bare)


def test_a_meeting_without_words_has_its_title() -> None:
    empty = Meeting("周会", "zh", None, [])
    assert (txt(empty, Choices()), md(empty, Choices())) == ("周会\n", "# 周会\n")
