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
_LISTS = ("timestamp_granularities", "include", "known_speaker_names", "known_speaker_references")
_STREAMED = ("json", "text", "diarized_json")
_BETTER_WITH_WORDS = ("srt", "vtt", "diarized_json")
"""Formats that can be cut between words."""

_HINT = re.compile(r"[,;\n，；、]")
_MAX_HINTS = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be asked for here, beside what everybody can."""

    engine: str
    words: bool
    """Their places."""

    speakers: bool


@dataclass(frozen=True, slots=True)
class Upload:
    """A file and what is wanted of it."""

    file: bytes
    form: TranscriptionForm
    want_words: bool

    @property
    def hints(self) -> tuple[str, ...]:
        return hints_in(self.form.prompt)


def hints_in(prompt: str) -> tuple[str, ...]:
    """The words of a prompt that lists some."""
    hints = (each.strip() for each in _HINT.split(prompt))
    return tuple(hint for hint in hints if hint)[:_MAX_HINTS]


async def read_upload(request: Request, offer: Offer) -> Upload:
    """Raises UnsupportedMedia, BadRequest or InvalidParameter, the latter also for what is not on offer."""
    if not request.headers.get("content-type", "").lower().startswith(MULTIPART_MEDIA_TYPE):
        raise UnsupportedMedia(f"Send {MULTIPART_MEDIA_TYPE} with a file and a model")
    fields = await _parsed(request)
    try:
        form = _form(fields)
        _check(form, offer)
        file = fields.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidParameter("file", "An audio file is needed in the field file, with a file name")
        asked = "word" in form.timestamp_granularities
        want_words = asked or (offer.words and form.response_format in _BETTER_WITH_WORDS)
        return Upload(await file.read(), form, want_words)
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
        return TranscriptionForm.model_validate(values)
    except ValidationError as fault:
        first = fault.errors(include_input=False)[0]
        raise InvalidParameter(str(first["loc"][0]), f"{first['loc'][0]}: {first['msg']}") from None


def _check(form: TranscriptionForm, offer: Offer) -> None:
    """What the fields may not ask for together, or not here."""
    if form.response_format == "diarized_json" and not offer.speakers:
        raise InvalidParameter(
            "response_format", "Speakers cannot be told apart: no diarization service is configured"
        )
    if form.timestamp_granularities and form.response_format != "verbose_json":
        raise InvalidParameter(
            "timestamp_granularities[]", "Timestamp granularities need the response_format verbose_json"
        )
    if "word" in form.timestamp_granularities and not offer.words:
        raise InvalidParameter(
            "timestamp_granularities[]", f"{offer.engine} does not know the times of words"
        )
    if form.stream and form.response_format not in _STREAMED:
        raise InvalidParameter("stream", f"A stream has the response_format {', '.join(_STREAMED)}")
    if form.known_speaker_names or form.known_speaker_references:
        raise InvalidParameter("known_speaker_names[]", "Speakers are told apart, but nobody is recognised")
    if form.include:
        raise InvalidParameter("include[]", "Log probabilities of tokens are not available")
