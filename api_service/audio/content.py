"""`/api/v1/audio/files/{file_id}`: the content of a file, for whoever holds a link."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import RedirectResponse, StreamingResponse

from api_service.audio import service
from api_service.audio.links import FILES_PATH, LinkExpired, LinkRefused
from api_service.audio.ranges import RangeNotSatisfiable, Representation
from api_service.audio.repository import Content
from api_service.audio.store import TooManyUploads
from api_service.runtime import CurrentRuntime, Runtime
from shared.errors import TooLarge, Unavailable
from shared.problems import documented
from shared.serving import answer
from shared.storage import ObjectMissing, StorageBusy, StorageFailed

router = APIRouter(
    prefix=FILES_PATH, tags=["audio"], responses=documented(LinkRefused, LinkExpired, Unavailable)
)

Token = Annotated[str, Query(max_length=200, description="Comes with the link")]
_PLAY_SECONDS = 3600


@router.get(
    "/{file_id}",
    response_class=Response,
    responses={
        **documented(service.AudioFileNotFound, RangeNotSatisfiable, StorageFailed),
        200: {"description": "All of it", "content": {"audio/*": {}}},
        206: {"description": "The part that `Range` asks for", "content": {"audio/*": {}}},
        304: {"description": "The client has this version"},
        307: {"description": "It is to be had from the bucket itself"},
    },
)
async def read_content(
    file_id: UUID,
    token: Token,
    runtime: CurrentRuntime,
    request: Request,
    download: Annotated[bool, Query(description="To be saved, and not to be played")] = False,
) -> Response:
    """A file or a part of it."""
    runtime.audio.links.verify("play", file_id, token)
    content = await service.content_of(runtime, file_id)
    if runtime.audio.direct and not download:
        url = await runtime.audio.storage.sign("GET", content.storage_path, seconds=_PLAY_SECONDS)
        return RedirectResponse(url, headers={"cache-control": "private, no-store"})
    version = _representation(content)
    headers = version.headers(attachment=download)
    if version.is_known(request.headers):
        return Response(status_code=304, headers=headers)
    try:
        part = version.part(request.headers)
    except RangeNotSatisfiable as refused:
        response = answer(refused, request)
        response.headers["content-range"] = f"bytes */{version.size}"
        return response
    return await _stream(runtime, content, part, headers)


@router.head("/{file_id}", include_in_schema=False)
async def describe_content(
    file_id: UUID, token: Token, runtime: CurrentRuntime, download: bool = False
) -> Response:
    """What a GET without `Range` would say."""
    runtime.audio.links.verify("play", file_id, token)
    version = _representation(await service.content_of(runtime, file_id))
    headers = {**version.headers(attachment=download), "content-length": str(version.size)}
    return Response(headers=headers)


@router.put(
    "/{file_id}",
    status_code=204,
    responses=documented(
        *(service.UploadClosed, service.UploadStalled, TooLarge, TooManyUploads, StorageBusy, StorageFailed)
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def write_content(file_id: UUID, token: Token, runtime: CurrentRuntime, request: Request) -> Response:
    """The content of an announced file, all or nothing. What is sent last counts, until it is completed."""
    runtime.audio.links.verify("upload", file_id, token)
    await service.receive(runtime, file_id, request.stream())
    return Response(status_code=204)


def _representation(content: Content) -> Representation:
    return Representation(
        size=content.file_size_bytes,
        entity_tag=f'"{content.file_hash}"',
        modified_at=content.completed_at,
        media_type=content.mime_type,
        filename=content.original_filename,
    )


async def _stream(
    runtime: Runtime, content: Content, part: tuple[int, int] | None, headers: dict[str, str]
) -> Response:
    try:
        stored = await runtime.audio.storage.open(content.storage_path)
    except ObjectMissing as fault:
        raise service.AudioFileNotFound("It has been deleted") from fault
    start, end = part or (0, stored.size)
    headers = headers | {"content-length": str(end - start)}
    if part:
        headers["content-range"] = f"bytes {start}-{end - 1}/{stored.size}"
    return StreamingResponse(stored.pieces(start, end), status_code=206 if part else 200, headers=headers)
