"""A form with one file in it, read as it arrives: neither memory nor a temporary file ever holds the file."""

from collections.abc import AsyncIterator

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from shared.errors import BadRequest, UnsupportedMedia

_MAX_PARTS = 20
_MAX_FIELD_BYTES = 4096


class UploadForm:
    """What has arrived so far of a multipart/form-data body; its fields are whole when `content` ends."""

    def __init__(self, request: Request) -> None:
        """Raises UnsupportedMedia for any other body, and BadRequest for one without a boundary."""
        media_type, options = parse_options_header(request.headers.get("content-type"))
        if media_type != b"multipart/form-data":
            raise UnsupportedMedia("The body has to be multipart/form-data")
        if not options.get(b"boundary"):
            raise BadRequest("The form names no boundary")
        self.fields: dict[str, str] = {}
        self.filename: str | None = None
        """None until a file begins."""

        self.file_bytes = 0
        self._request = request
        self._boundary = options[b"boundary"]
        self._pieces: list[bytes] = []
        self._parts = 0
        self._ended = self._in_file = False
        self._header, self._disposition = b"", b""
        self._name, self._text = "", b""
        self._header_value = b""

    async def content(self) -> AsyncIterator[bytes]:
        """The content of the file. Raises BadRequest when the body is not such a form."""
        parser = self._parser()
        async for chunk in self._request.stream():
            try:
                parser.write(chunk)
            except FormParserError as fault:
                raise BadRequest("The form cannot be read") from fault
            for piece in self._pieces:
                self.file_bytes += len(piece)
                yield piece
            self._pieces.clear()
        if not self._ended:
            raise BadRequest("The form breaks off")
        if self.filename is None:
            raise BadRequest("The form has no file")

    def _parser(self) -> MultipartParser:
        try:
            return MultipartParser(
                self._boundary,
                {
                    "on_part_begin": self._on_part_begin,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_part_end": self._on_part_end,
                    "on_end": self._on_end,
                },
            )
        except FormParserError as fault:
            raise BadRequest("The form's boundary is too long") from fault

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > _MAX_PARTS:
            raise BadRequest(f"A form has at most {_MAX_PARTS} parts")
        self._header, self._disposition, self._text = b"", b"", b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._header_value
        self._header, self._header_value = b"", b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode(errors="replace")
        self._in_file = b"filename" in options
        if self._in_file:
            if self.filename is not None:
                raise BadRequest("A form has one file")
            self.filename = options[b"filename"].decode(errors="replace")

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._pieces.append(data[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > _MAX_FIELD_BYTES:
            raise BadRequest(f"A field has at most {_MAX_FIELD_BYTES} bytes")

    def _on_part_end(self) -> None:
        if not self._in_file:
            self.fields[self._name] = self._text.decode(errors="replace")

    def _on_end(self) -> None:
        self._ended = True
