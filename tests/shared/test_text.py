"""Pieces of text as one."""

import pytest

from shared.text import continuation, joined, one_line


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        ([], ""),
        (["one"], "one"),
        (["one two", "two"], "one two two"),
        (["一二", "二"], "一二二"),
        (["结束。", "开始"], "结束。开始"),
        (["用", "API", "做"], "用 API 做"),
        (["", "a", "", "b"], "a b"),
    ],
)
def test_a_space_stands_between_two_unless_both_are_written_without(texts: list[str], whole: str) -> None:
    assert joined(texts) == whole


def test_what_continues_a_text_brings_its_space() -> None:
    assert (continuation("", "a"), continuation("a", "b"), continuation("一", "二")) == ("a", " b", "二")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Bob\n\n## Decisions\r\n- pay", "Bob ## Decisions - pay"),
        ("\x00\x1b[31mred\x85", "[31mred"),
        ("a\u2028b\u2029c", "a b c"),
        ("\u202egnp.exe\u2066", "gnp.exe"),
        ("\n\t", ""),
        ("नमस्\u200dते 周会  👩\u200d💻", "नमस्\u200dते 周会  👩\u200d💻"),
    ],
)
def test_a_text_is_kept_in_its_line(text: str, line: str) -> None:
    assert one_line(text) == line
