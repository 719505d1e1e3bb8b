"""Word documents open again with what was said."""

import io

from docx import Document

from api_service.export.meeting import Choices, Line, Meeting
from api_service.export.word import docx


def test_a_document_has_a_heading_and_a_paragraph_for_each_speaker() -> None:
    meeting = Meeting(
        "周会 \x0b", "zh", None, [Line("Ada", "你好\x00\x1b <b>", 5.0, 6.0), Line("Bob", "Hi", 7.0, 8.0)]
    )
    opened = Document(io.BytesIO(docx(meeting, Choices())))
    assert [(each.style and each.style.name, each.text) for each in opened.paragraphs] == [
        ("Heading 1", "周会"),
        ("Normal", "0:05  Ada: 你好 <b>"),
        ("Normal", "0:07  Bob: Hi"),
    ]
    assert [run.text for run in opened.paragraphs[1].runs if run.bold] == ["Ada: "]
    assert opened.core_properties.title == "周会"


def test_what_is_not_wanted_is_left_out() -> None:
    meeting = Meeting("T", "en", None, [Line("Ada", "Hello", 5.0, 6.0)])
    bare = Document(io.BytesIO(docx(meeting, Choices(speakers=False, timestamps=False))))
    assert bare.paragraphs[-1].text == "Hello"
