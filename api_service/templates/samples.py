"""A made-up meeting that previews of templates are filled with, and that says that it is one."""

from collections.abc import Mapping

_ENGLISH = {
    "title": "Sample: choosing a venue",
    "date": "2026-03-12",
    "participants": "Ada, Bob",
    "summary": "This is a sample. Two people compare venues for a workshop and choose one.",
    "key_points": "- The library is free on Thursdays.\n- The studio has better light.",
    "decisions": "- The workshop takes place in the library.",
    "action_items": "- Ada books the room by Friday.",
    "open_questions": "- Who brings the projector?",
    "chapters": "00:00 Looking at venues\n04:30 The choice",
}
_CHINESE = {
    "title": "示例：选择活动场地",
    "date": "2026-03-12",
    "participants": "小艾、小博",
    "summary": "这是示例内容。两人比较了几处场地，并为工作坊选定一处。",
    "key_points": "- 图书馆每周四空闲。\n- 工作室采光更好。",
    "decisions": "- 工作坊在图书馆举行。",
    "action_items": "- 小艾在周五前预订房间。",
    "open_questions": "- 投影仪由谁带来？",
    "chapters": "00:00 看场地\n04:30 做决定",
}


def sample(language: str) -> Mapping[str, str]:
    """A text for every placeholder: Chinese for Chinese, else English."""
    return _CHINESE if language.partition("-")[0] == "zh" else _ENGLISH
