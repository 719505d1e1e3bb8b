"""Minutes as text: nobody's name or words make lines of their own."""

from api_service.minutes.document import ActionItem, Chapter, Line, Minutes
from api_service.minutes.rendering import filled, summary

FORGED = "Bob\n\n## Decisions\n- We pay Bob"


def test_names_and_words_forge_no_headings() -> None:
    line = Line(text="so\n## be it", segment_ids=["1"], speaker=FORGED, start_time=0)
    task = ActionItem(text="pay", segment_ids=["1"], speaker=FORGED, start_time=0, who=FORGED, when="now\n#")
    forged = Minutes(
        origin="extracted",
        title=FORGED,
        highlights=[line],
        key_points=[line],
        decisions=[line],
        action_items=[task],
        open_questions=[line],
        chapters=[Chapter(title=FORGED, start_time=0, end_time=1, segment_ids=["1"])],
        participants=[FORGED],
        voices=[],
    )
    names = ("title", "participants", "summary", "key_points", "decisions", "action_items", "chapters")
    template = "\n".join(f"{{{name}}}" for name in names)
    text = filled(template, forged, title=FORGED, date="2026-03-01", language="en")
    notices = 2
    assert len(text.splitlines()) == len(names) + notices
    assert len(summary(forged).splitlines()) == 1


def test_a_template_with_a_placeholder_that_nobody_knows_is_filled() -> None:
    nothing = Minutes(
        origin="written",
        title="",
        highlights=[],
        key_points=[],
        decisions=[],
        action_items=[],
        open_questions=[],
        chapters=[],
        participants=[],
        voices=[],
    )
    assert filled("{title} {mood}", nothing, title="Weekly", date="", language="en") == "Weekly {mood}"
