"""Decides which templates a caller reads, and what may be saved as one."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from api_service.runtime import Caller
from api_service.templates import placeholders, repository
from api_service.templates.placeholders import KNOWN
from api_service.templates.repository import Template, Wanted
from api_service.templates.samples import sample
from api_service.templates.schemas import (
    OwnTemplateQuery,
    TemplateChange,
    TemplateCheck,
    TemplateCopy,
    TemplateCreate,
    TemplateQuery,
    TemplateText,
)
from shared.errors import Forbidden, InvalidRequest, NotFound

_LONGEST_NAME = 100


class TemplateNotFound(NotFound):
    code, title = "template-not-found", "There is no such template"

    def __init__(self) -> None:
        # The same words for what does not exist and for what belongs to others.
        super().__init__("You have no template with this id")


class SystemTemplate(Forbidden):
    code, title = "system-template", "Templates of the system are not changed"

    def __init__(self) -> None:
        super().__init__("It belongs to everybody: duplicate it and change the copy")


class UnknownPlaceholder(InvalidRequest):
    code, title = "unknown-placeholder", "The template cannot be filled"


async def _template_in_path(template_id: str) -> UUID:
    try:
        return UUID(template_id)
    except ValueError:
        raise TemplateNotFound from None


TemplateId = Annotated[UUID, Depends(_template_in_path)]
"""For routes with `{template_id}` in their path."""


async def find(caller: Caller, template_id: UUID) -> Template:
    """A template of the caller's or the system's. Raises TemplateNotFound."""
    template = await repository.find(caller.connection, template_id, user_id=caller.user.id)
    if template is None:
        raise TemplateNotFound
    return template


async def find_own(caller: Caller, asked: OwnTemplateQuery) -> list[Template]:
    """The caller's templates, and the system's after them when asked for."""
    wanted = _wanted(asked, own=True, system=asked.include_system, inactive=asked.include_inactive)
    return await repository.find_all(caller.connection, wanted, user_id=caller.user.id)


async def find_system(caller: Caller, asked: TemplateQuery) -> list[Template]:
    """The templates that everybody has."""
    wanted = _wanted(asked, own=False, system=True, inactive=False)
    return await repository.find_all(caller.connection, wanted, user_id=caller.user.id)


async def create(caller: Caller, new: TemplateCreate) -> Template:
    """A template of the caller's own. Raises UnknownPlaceholder."""
    _ensure_fillable(new.template_content)
    if new.is_default:
        await repository.unset_default(caller.connection, user_id=caller.user.id)
    return await repository.create(caller.connection, new.model_dump(), user_id=caller.user.id)


async def change(caller: Caller, template_id: UUID, asked: TemplateChange) -> Template:
    """The template as it is then. Raises TemplateNotFound, SystemTemplate and UnknownPlaceholder."""
    template = await _find_changeable(caller, template_id)
    if asked.template_content is not None:
        _ensure_fillable(asked.template_content)
    values = asked.model_dump(exclude_unset=True)
    if not values:
        return template
    if asked.is_default:
        await repository.unset_default(caller.connection, user_id=caller.user.id)
    changed = await repository.change(caller.connection, template_id, values, user_id=caller.user.id)
    if changed is None:
        raise TemplateNotFound
    return changed


async def delete(caller: Caller, template_id: UUID) -> None:
    """Nobody sees it any more; summaries keep it as what they were made with. Raises as `change` does."""
    await _find_changeable(caller, template_id)
    if not await repository.delete(caller.connection, template_id):
        raise TemplateNotFound


async def duplicate(caller: Caller, template_id: UUID, asked: TemplateCopy) -> Template:
    """A copy of the caller's own, which is not the default. Raises TemplateNotFound."""
    original = await find(caller, template_id)
    values: dict[str, repository.Value] = {
        "name": asked.name or _name_of_copy(original),
        "description": original.description,
        "template_content": original.template_content,
        "category": original.category,
        "language": original.language,
        "tags": original.tags,
    }
    return await repository.create(caller.connection, values, user_id=caller.user.id)


def check(asked: TemplateText) -> TemplateCheck:
    """Whether a text could be saved as a template."""
    errors = [fault.message for fault in placeholders.faults(asked.template_content)]
    used = placeholders.used(asked.template_content)
    return TemplateCheck(valid=not errors, placeholders=used, known=list(KNOWN), errors=errors)


def preview(asked: TemplateText) -> str:
    """The template filled with a made-up meeting. Raises UnknownPlaceholder."""
    _ensure_fillable(asked.template_content)
    return placeholders.fill(asked.template_content, sample(asked.language))


async def _find_changeable(caller: Caller, template_id: UUID) -> Template:
    template = await find(caller, template_id)
    if template.user_id is None:
        raise SystemTemplate
    return template


def _ensure_fillable(template: str) -> None:
    messages = [fault.message for fault in placeholders.faults(template)]
    if messages:
        fields = [{"field": "body.template_content", "message": message} for message in messages]
        raise UnknownPlaceholder("; ".join(messages[:3]), fields=fields)


def _wanted(asked: TemplateQuery, *, own: bool, system: bool, inactive: bool) -> Wanted:
    return Wanted(
        own=own,
        system=system,
        inactive=inactive,
        category=asked.category,
        language=asked.language,
        text=asked.q,
        limit=asked.limit,
        offset=asked.offset,
    )


def _name_of_copy(original: Template) -> str:
    mark = "（副本）" if (original.language or "").partition("-")[0] == "zh" else " (copy)"
    return f"{original.name[: _LONGEST_NAME - len(mark)]}{mark}"
