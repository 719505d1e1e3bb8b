"""What callers send to be told apart, as audio of ours, and what they want of it."""

import asyncio
from dataclasses import dataclass
from typing import TypeVar

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from diarization_service.schemas import DiarizeForm
from diarization_service.settings import DiarizationSettings
from shared.audio import SAMPLE_RATE, Pcm
from shared.bodies import JSON_MEDIA_TYPE, audio_body, decode_file, json_body, media_of, receiving
from shared.contracts.diarization import FILE_FIELD, DiarizeJson, DiarizeOptions
from shared.contracts.stt import PCM_MEDIA_TYPE
from shared.decoding import Decoder
from shared.errors import BadRequest, InvalidRequest, UnsupportedMedia

Given = TypeVar("Given", bound=DiarizeOptions)

FORM_MEDIA_TYPE = "multipart/form-data"
_MAX_FIELDS = 20
_MAX_FIELD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Asked:
    """Audio, and what is wanted of it."""

    audio: Pcm
    options: DiarizeOptions
    name: str
    """Of the recording, where the request has one."""


async def read_body(
    request: Request, options: DiarizeOptions, decoder: Decoder, settings: DiarizationSettings
) -> Asked:
    """JSON, PCM or a file. Raises BodyTooSlow, or what the parts of it raise that cannot be taken."""
    max_seconds = settings.max_audio_seconds
    async with receiving(within_seconds=settings.body_timeout_seconds):
        await request.body()
    if media_of(request).get_content_type() == JSON_MEDIA_TYPE:
        body = await json_body(request, max_bytes=settings.max_json_bytes)
        given, file = await asyncio.to_thread(_from_json, body, options)
        audio = await decode_file(file, decoder, max_seconds=max_seconds)
        return Asked(audio, given, given.session_id or "")
    if audio_or_none := await audio_body(request, decoder, max_seconds=max_seconds):
        return Asked(audio_or_none, options, "")
    raise UnsupportedMedia(f"Send {JSON_MEDIA_TYPE}, {PCM_MEDIA_TYPE};rate={SAMPLE_RATE} or an audio file")


async def read_form(
    request: Request, options: DiarizeOptions, decoder: Decoder, settings: DiarizationSettings
) -> Asked:
    """A file in a form. Raises UnsupportedMedia, BodyTooSlow, BadRequest, InvalidRequest, or as decoding."""
    if media_of(request).get_content_type() != FORM_MEDIA_TYPE:
        raise UnsupportedMedia(f"Send {FORM_MEDIA_TYPE} with a file in the field {FILE_FIELD}")
    async with receiving(within_seconds=settings.body_timeout_seconds):
        fields = await _parsed(request)
    try:
        values = {name: value for name, value in fields.items() if isinstance(value, str) and value}
        given = _validated(DiarizeForm, _over(options) | values, place="body")
        file = fields.get(FILE_FIELD)
        if not isinstance(file, UploadFile):
            raise _missing_file()
        content = await file.read()
    finally:
        await fields.close()
    audio = await decode_file(content, decoder, max_seconds=settings.max_audio_seconds)
    return Asked(audio, given, given.session_id or "")


async def _parsed(request: Request) -> FormData:
    try:
        return await request.form(max_files=1, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES)
    except HTTPException as fault:
        raise BadRequest(fault.detail) from None
    except ValueError:  # headers of a part that name impossible encodings
        raise BadRequest("The multipart body is damaged") from None


def _from_json(body: bytes, options: DiarizeOptions) -> tuple[DiarizeJson, bytes]:
    try:
        parsed: object = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise InvalidRequest(f"The body is not JSON: {fault}") from None
    values = _over(options) | parsed if isinstance(parsed, dict) else parsed
    given = _validated(DiarizeJson, values, place="body")
    try:
        file = bytes.fromhex(given.audio_data)
    except ValueError:
        file = b""
    if not file:
        message = "An audio file in hexadecimal digits"
        raise RequestValidationError([{"loc": ("body", "audio_data"), "msg": message}])
    return given, file


def _over(options: DiarizeOptions) -> dict[str, object]:
    """What the query says, for the body to say otherwise."""
    return options.model_dump(exclude_unset=True, include=set(DiarizeOptions.model_fields))


def _validated(model: type[Given], values: object, *, place: str) -> Given:
    try:
        return model.model_validate(values)
    except ValidationError as fault:
        raise RequestValidationError(
            [{**each, "loc": (place, *each["loc"])} for each in fault.errors(include_input=False)]
        ) from None


def _missing_file() -> RequestValidationError:
    message = "An audio file is needed here, with a file name"
    return RequestValidationError([{"loc": ("body", FILE_FIELD), "msg": message}])
