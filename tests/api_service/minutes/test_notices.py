"""Whoever reads quoted decisions and tasks is told that they are candidates, and that there are more."""

import pytest

from api_service.minutes.document import ActionItem, LeftOut, Line, Minutes
from api_service.minutes.extracting import extract
from api_service.minutes.notices import notice_for
from api_service.minutes.rendering import filled
from api_service.minutes.transcript import of_text

ENGLISH = "Ada: We agreed to ship the report on Friday.\nBob: I'll write the report tomorrow."
CHINESE = "小王：我们决定把发布会推迟到下周五。\n小李：我来整理预算报告。"


def shown(template: str, minutes: Minutes, language: str | None = "en") -> list[str]:
    return filled(template, minutes, title="", date="", language=language).splitlines()


@pytest.mark.parametrize(
    ("text", "language", "begins"),
    [
        (ENGLISH, "en-US", "Quoted automatically"),
        (ENGLISH, None, "Quoted automatically"),
        (ENGLISH, "zh-CN", "Quoted automatically"),
        (ENGLISH, "de-CH", "Automatisch zitiert"),
        (ENGLISH, "tlh", "Quoted automatically"),
        (CHINESE, "zh", "以下为自动摘录"),
        (CHINESE, "en", "以下为自动摘录"),
    ],
)
def test_quoted_decisions_and_tasks_say_so_in_the_language_of_the_meeting(
    text: str, language: str | None, begins: str
) -> None:
    minutes = extract(of_text(text))
    for value in ("{decisions}", "{action_items}"):
        notice, *lines = shown(f"## Agreed\n{value}", minutes, language)[1:]
        assert notice.startswith(begins)
        assert len(lines) == 1
    assert "uoted" not in "".join(shown("{summary} {key_points} {open_questions}", minutes, language))


def test_where_nothing_was_found_nothing_is_to_be_confirmed() -> None:
    assert shown("{decisions}{action_items}", extract(of_text("Ada: Hello."))) == ["––"]


def test_what_is_left_out_of_a_list_is_counted_below_it() -> None:
    minutes = extract(of_text(ENGLISH)).model_copy(
        update={"left_out": LeftOut(decisions=3, action_items=1, open_questions=0)}
    )
    assert shown("{decisions}", minutes)[-1] == "- … and 3 more"
    assert shown("{action_items}", minutes)[-1] == "- … and 1 more"


def test_what_a_model_has_written_is_no_quotation() -> None:
    line = Line(text="They ship.", segment_ids=["1"], speaker="Ada", start_time=0)
    minutes = Minutes(
        origin="written",
        title="",
        highlights=[],
        key_points=[line],
        decisions=[line],
        action_items=[ActionItem(**line.model_dump())],
        open_questions=[],
        chapters=[],
        participants=[],
    )
    assert notice_for(minutes, "en") is None
    assert shown("{decisions}\n{action_items}", minutes) == ["- They ship.", "- They ship."]
