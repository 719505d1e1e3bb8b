"""Word documents. Pure, and slow enough for a thread of its own."""

import io

from api_service.export.meeting import Choices, Meeting, blocks, clock, date_of, one_line


def docx(meeting: Meeting, choices: Choices) -> bytes:
    """A heading, and a paragraph for each time that somebody speaks, after the name in bold."""
    from docx import Document  # noqa: PLC0415 - few exports need it, and it takes memory

    document = Document()
    document.core_properties.title = one_line(meeting.title)[:255]
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.add_heading(one_line(meeting.title), level=1)
    if date := date_of(meeting):
        document.add_paragraph(date)
    for block in blocks(meeting.lines):
        name = one_line(block.speaker)
        paragraph = document.add_paragraph()
        if choices.timestamps:
            paragraph.add_run(f"{clock(block.start)}  ").italic = True
        if choices.speakers and name:
            paragraph.add_run(f"{name}: ").bold = True
        paragraph.add_run(block.text)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()
