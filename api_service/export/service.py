"""Turns what is stored of a session into a file."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote
from uuid import UUID

import anyio.to_thread

from api_service.auth.verifier import Claims
from api_service.export import subtitles, texts, word
from api_service.export.meeting import Choices, Line, Meeting, one_line
from api_service.runtime import Runtime, open_caller
from api_service.transcripts import service as transcripts
from api_service.transcripts.schemas import TranscriptResponse
from api_service.transcripts.service import Page

Format = Literal["txt", "md", "srt", "vtt", "json", "docx"]
MEDIA_TYPES: dict[Format, str] = {
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_LONGEST_NAME = 80
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')


@dataclass(frozen=True, slots=True)
class File:
    """A file to be saved."""

    content: bytes
    media_type: str
    disposition: str


async def export(runtime: Runtime, claims: Claims, session_id: UUID, form: Format, choices: Choices) -> File:
    """The current transcript, as far as it is stored, in one of the forms. Raises SessionNotFound."""
    async with open_caller(runtime, claims) as caller:
        page = await transcripts.read(caller, session_id, limit=None)
    content = await anyio.to_thread.run_sync(_written, page, form, choices)
    return File(content, MEDIA_TYPES[form], disposition(page.session.title, form))


def disposition(title: str, form: str) -> str:
    """`Content-Disposition` after RFC 6266: the title in UTF-8, and as far as it goes in ASCII."""
    kept = "".join(" " if each in _NOT_IN_NAMES else each for each in one_line(title))
    name = " ".join(kept.split())[:_LONGEST_NAME].strip(". ") or "transcript"
    plain = " ".join(name.encode("ascii", "ignore").decode().replace("%", " ").split()).strip(". ")
    encoded = quote(f"{name}.{form}", safe="")
    return f"attachment; filename=\"{plain or 'transcript'}.{form}\"; filename*=UTF-8''{encoded}"


def _written(page: Page, form: Format, choices: Choices) -> bytes:
    meeting = Meeting(
        title=page.session.title,
        language=page.version.language if page.version else page.session.language,
        started_at=page.session.started_at,
        lines=[Line(each.speaker, each.text, each.start_time, each.end_time) for each in page.segments],
    )
    match form:
        case "txt":
            return texts.txt(meeting, choices).encode()
        case "md":
            return texts.md(meeting, choices).encode()
        case "srt":
            return subtitles.srt(meeting, choices).encode()
        case "vtt":
            return subtitles.vtt(meeting, choices).encode()
        case "json":
            return TranscriptResponse.of(page, offset=0, as_text=False).model_dump_json().encode()
        case "docx":
            return word.docx(meeting, choices)
