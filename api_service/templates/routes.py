"""`/api/v1/templates`: those of the system, and one's own."""

from typing import Annotated

from fastapi import APIRouter, Query

from api_service.bodies import JsonBody
from api_service.runtime import CurrentCaller
from api_service.templates import service
from api_service.templates.schemas import (
    OwnTemplateQuery,
    TemplateChange,
    TemplateCheck,
    TemplateCopy,
    TemplateCreate,
    TemplateDeleted,
    TemplatePreview,
    TemplateQuery,
    TemplateResponse,
    TemplateText,
)
from api_service.templates.service import SystemTemplate, TemplateId, TemplateNotFound, UnknownPlaceholder
from shared.errors import InvalidRequest, Unauthenticated, Unavailable, UnsupportedMedia
from shared.problems import documented

router = APIRouter(
    prefix="/api/v1/templates", tags=["templates"], responses=documented(Unauthenticated, Unavailable)
)
_UNFILLABLE = documented(UnsupportedMedia, InvalidRequest, UnknownPlaceholder)


@router.post("", dependencies=[JsonBody], responses=_UNFILLABLE)
@router.post("/", dependencies=[JsonBody], include_in_schema=False)
async def create_template(new: TemplateCreate, caller: CurrentCaller) -> TemplateResponse:
    """A new template of one's own."""
    return TemplateResponse.of(await service.create(caller, new))


@router.get("")
@router.get("/", include_in_schema=False)
async def list_templates(
    asked: Annotated[OwnTemplateQuery, Query()], caller: CurrentCaller
) -> list[TemplateResponse]:
    """One's own templates, the default one first."""
    return [TemplateResponse.of(each) for each in await service.find_own(caller, asked)]


@router.get("/system")
async def list_system_templates(
    asked: Annotated[TemplateQuery, Query()], caller: CurrentCaller
) -> list[TemplateResponse]:
    """The templates that everybody has, in English and Chinese."""
    return [TemplateResponse.of(each) for each in await service.find_system(caller, asked)]


@router.post("/validate", dependencies=[JsonBody], responses=documented(UnsupportedMedia))
async def validate_template(asked: TemplateText, _: CurrentCaller) -> TemplateCheck:
    """Whether a text could be saved as a template; nothing is saved."""
    return service.check(asked)


@router.post("/preview", dependencies=[JsonBody], responses=_UNFILLABLE)
async def preview_template(asked: TemplateText, _: CurrentCaller) -> TemplatePreview:
    """A template filled with the minutes of a made-up meeting; nothing is saved."""
    return TemplatePreview(rendered=service.preview(asked))


@router.get("/{template_id}", responses=documented(TemplateNotFound))
async def read_template(template_id: TemplateId, caller: CurrentCaller) -> TemplateResponse:
    """One template."""
    return TemplateResponse.of(await service.find(caller, template_id))


@router.put(
    "/{template_id}",
    dependencies=[JsonBody],
    responses=documented(TemplateNotFound, SystemTemplate) | _UNFILLABLE,
)
@router.patch(
    "/{template_id}",
    dependencies=[JsonBody],
    responses=documented(TemplateNotFound, SystemTemplate) | _UNFILLABLE,
)
async def change_template(
    template_id: TemplateId, asked: TemplateChange, caller: CurrentCaller
) -> TemplateResponse:
    """Change what is given of a template of one's own."""
    return TemplateResponse.of(await service.change(caller, template_id, asked))


@router.delete("/{template_id}", responses=documented(TemplateNotFound, SystemTemplate))
async def delete_template(template_id: TemplateId, caller: CurrentCaller) -> TemplateDeleted:
    """Remove a template of one's own; summaries that were made with it stay."""
    await service.delete(caller, template_id)
    return TemplateDeleted(template_id=template_id)


@router.post(
    "/{template_id}/duplicate",
    dependencies=[JsonBody],
    responses=documented(TemplateNotFound, UnsupportedMedia),
)
async def duplicate_template(
    template_id: TemplateId, caller: CurrentCaller, asked: TemplateCopy | None = None
) -> TemplateResponse:
    """A copy of one's own, of any template one can read."""
    return TemplateResponse.of(await service.duplicate(caller, template_id, asked or TemplateCopy()))
