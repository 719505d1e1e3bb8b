"""The multipart body of a transcription request, which may be hostile, as values of ours."""

import re
from dataclasses import dataclass

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from shared.errors import BadRequest, UnsupportedMedia
from stt_service.openai.errors import InvalidParameter
from stt_service.openai.schemas import TranscriptionForm

MULTIPART_MEDIA_TYPE = "multipart/form-data"

_MAX_FIELDS = 40
_MAX_FIELD_BYTES = 65_536
_LISTS = ("timestamp_granularities", "include")
_HINT = re.compile(r"[,;\n，；、]")
_MAX_HINTS = 100


@dataclass(frozen=True, slots=True)
class Upload:
    """A file and what is wanted of it."""

    file: bytes
    form: TranscriptionForm

    @property
    def hints(self) -> tuple[str, ...]:
        return hints_in(self.form.prompt)

    @property
    def wants_words(self) -> bool:
        return "word" in self.form.timestamp_granularities


def hints_in(prompt: str) -> tuple[str, ...]:
    """The words of a prompt that lists some."""
    hints = (each.strip() for each in _HINT.split(prompt))
    return tuple(hint for hint in hints if hint)[:_MAX_HINTS]


async def read_upload(request: Request) -> Upload:
    """Raises UnsupportedMedia, BadRequest or InvalidParameter."""
    if not request.headers.get("content-type", "").lower().startswith(MULTIPART_MEDIA_TYPE):
        raise UnsupportedMedia(f"Send {MULTIPART_MEDIA_TYPE} with a file and a model")
    fields = await _parsed(request)
    try:
        form = _form(fields)
        file = fields.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidParameter("file", "An audio file is needed in the field file, with a file name")
        return Upload(await file.read(), form)
    finally:
        await fields.close()


async def _parsed(request: Request) -> FormData:
    try:
        return await request.form(max_files=1, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES)
    except HTTPException as fault:
        raise BadRequest(fault.detail) from None
    except ValueError:  # headers of a part that name impossible encodings
        raise BadRequest("The multipart body is damaged") from None


def _form(fields: FormData) -> TranscriptionForm:
    values: dict[str, object] = {
        name: value for name, value in fields.items() if isinstance(value, str) and name != "file"
    }
    for name in _LISTS:
        values.pop(name, None)
        values[f"{name}[]"] = [*fields.getlist(f"{name}[]"), *fields.getlist(name)]
    try:
        form = TranscriptionForm.model_validate(values)
    except ValidationError as fault:
        first = fault.errors(include_input=False)[0]
        raise InvalidParameter(str(first["loc"][0]), f"{first['loc'][0]}: {first['msg']}") from None
    _check(form)
    return form


def _check(form: TranscriptionForm) -> None:
    """What the fields may not ask for together, or not here."""
    if form.response_format == "diarized_json":
        raise InvalidParameter(
            "response_format", "Speakers cannot be told apart: no diarization service is configured"
        )
    if form.timestamp_granularities and form.response_format != "verbose_json":
        raise InvalidParameter(
            "timestamp_granularities[]", "Timestamp granularities need the response_format verbose_json"
        )
    if form.stream and form.response_format not in ("json", "text"):
        raise InvalidParameter("stream", "A stream has the response_format json or text")
    if form.include:
        raise InvalidParameter("include[]", "Log probabilities of tokens are not available")
