"""Forms with a file, read as they arrive."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import Request
from starlette.types import Message

from api_service.audio.forms import UploadForm
from shared.errors import BadRequest, UnsupportedMedia

CONTENT = bytes(range(256)) * 200


def request_with(body: bytes, content_type: str, *, piece: int) -> Request:
    pieces = [body[start : start + piece] for start in range(0, len(body), piece)] or [b""]

    async def receive() -> Message:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    headers = [(b"content-type", content_type.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def encoded(files: list[tuple[str, tuple[str, bytes]]], fields: dict[str, str]) -> tuple[bytes, str]:
    request = httpx.Request("POST", "http://test", files=files, data=fields)
    return request.read(), request.headers["content-type"]


async def read(form: UploadForm) -> bytes:
    return b"".join([piece async for piece in form.content()])


@pytest.mark.parametrize("piece", [1, 7, 1000, 1_000_000])
async def test_a_file_and_fields_are_read_however_they_arrive(piece: int) -> None:
    body, content_type = encoded([("file", ("会议.wav", CONTENT))], {"session_id": "abc", "title": "Büro"})
    form = UploadForm(request_with(body, content_type, piece=piece))
    assert await read(form) == CONTENT
    assert (form.filename, form.file_bytes) == ("会议.wav", len(CONTENT))
    assert form.fields == {"session_id": "abc", "title": "Büro"}


async def test_what_comes_after_the_file_counts_too() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nx\r\n'
        b'--b\r\nContent-Disposition: form-data; name="session_id"\r\n\r\nabc\r\n--b--\r\n'
    )
    form = UploadForm(request_with(body, "multipart/form-data; boundary=b", piece=5))
    assert await read(form) == b"x"
    assert form.fields == {"session_id": "abc"}


async def broken(body: bytes, content_type: str = "multipart/form-data; boundary=b") -> AsyncIterator[bytes]:
    async for piece in UploadForm(request_with(body, content_type, piece=100)).content():
        yield piece


PART = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nx\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form at all",
        PART,
        PART[:-10],
        PART + PART + b"--b--\r\n",
        b'--b\r\nContent-Disposition: form-data; name="session_id"\r\n\r\nabc\r\n--b--\r\n',
        b'--b\r\nContent-Disposition: form-data; name="t"\r\n\r\n' + b"x" * 5000 + b"\r\n--b--\r\n",
        b'--b\r\nContent-Disposition: form-data; name="t"\r\n\r\nx\r\n' * 30 + b"--b--\r\n",
        b"--b\r\n" + b"X: y\r\n" * 1000 + b"\r\n\r\n--b--\r\n",
        b"--b\r\nX: " + b"y" * 100_000 + b"\r\n\r\n\r\n--b--\r\n",
    ],
    ids=[
        *("empty", "not a form", "no end", "half", "two files", "no file", "a long field", "many parts"),
        *("many headers", "a long header"),
    ],
)
async def test_what_is_no_such_form_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        [piece async for piece in broken(body)]


@pytest.mark.parametrize("content_type", ["", "application/json", "multipart/mixed; boundary=b", "multipart"])
def test_another_kind_of_body_is_refused(content_type: str) -> None:
    with pytest.raises(UnsupportedMedia):
        UploadForm(request_with(b"", content_type, piece=1))


def test_a_form_without_a_boundary_is_refused() -> None:
    with pytest.raises(BadRequest):
        UploadForm(request_with(b"", "multipart/form-data", piece=1))


async def test_a_boundary_beyond_reason_is_refused() -> None:
    with pytest.raises(BadRequest):
        [piece async for piece in broken(b"x", f"multipart/form-data; boundary={'b' * 1000}")]
