"""Public JSON of templates."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, field_validator, model_validator

from api_service.bodies import Language, Name, OneLine, Title, storable
from api_service.templates.repository import Template

Category = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=50),
    OneLine,
    AfterValidator(storable),
]
Content = Annotated[str, StringConstraints(min_length=1, max_length=20_000), AfterValidator(storable)]
Description = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(storable)
]
Tags = Annotated[list[Category], Field(max_length=20)]


class TemplateCreate(BaseModel):
    """Text with placeholders such as {summary}; a brace that stays is written twice."""

    name: Name
    description: Description | None = None
    template_content: Content
    category: Category = "general"
    language: Language | None = None
    is_default: bool = Field(False, description="At most one of an account is; it replaces the one before")
    is_active: bool = True
    tags: Tags = []


class TemplateChange(BaseModel):
    """What is left out stays as it is."""

    name: Name | None = None
    description: Description | None = Field(None, description="Null removes it")
    template_content: Content | None = None
    category: Category | None = None
    language: Language | None = Field(None, description="Null removes it")
    is_default: bool | None = None
    is_active: bool | None = None
    tags: Tags | None = None

    @model_validator(mode="after")
    def _needed_stay(self) -> Self:
        emptied = [name for name in self.model_fields_set if getattr(self, name) is None]
        if needed := sorted(set(emptied) - {"description", "language"}):
            raise ValueError(f"A template cannot be without {', '.join(needed)}")
        return self


class TemplateCopy(BaseModel):
    """A name for the copy; by default that of the original, marked as a copy."""

    name: Name | None = None


class TemplateText(BaseModel):
    """A template that need not be saved."""

    template_content: Content
    language: Language = Field("en", description="Of the sample: Chinese or English")


class TemplateCheck(BaseModel):
    """Whether a template can be filled."""

    valid: bool
    placeholders: list[str] = Field(description="Those it uses")
    known: list[str] = Field(description="Those there are")
    errors: list[str]


class TemplatePreview(BaseModel):
    """A template filled with the minutes of a made-up meeting."""

    rendered: str


class TemplateResponse(BaseModel):
    """A template of one's own, or of the system: then `user_id` is null and nobody changes it."""

    id: UUID
    user_id: UUID | None
    name: str
    description: str | None
    template_content: str
    category: str
    language: str | None
    is_default: bool
    is_active: bool
    is_system: bool
    tags: list[str]
    usage_count: int = Field(description="Summaries that were made with it")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, template: Template) -> Self:
        return cls(
            id=template.id,
            user_id=template.user_id,
            name=template.name,
            description=template.description,
            template_content=template.template_content,
            category=template.category,
            language=template.language,
            is_default=template.is_default,
            is_active=template.is_active,
            is_system=template.user_id is None,
            tags=template.tags,
            usage_count=template.usage_count,
            created_at=template.created_at,
            updated_at=template.updated_at,
        )


class TemplateDeleted(BaseModel):
    message: str = "Template deleted successfully"
    template_id: UUID


class TemplateQuery(BaseModel):
    """How a list of templates is narrowed."""

    category: Category | None = None
    language: Language | None = None
    q: Title | None = Field(None, description="Found in name, description or tags")
    limit: int = Field(100, ge=1, le=200)
    offset: int = Field(0, ge=0, le=1_000_000)

    @field_validator("category", "language", "q", mode="before")
    @classmethod
    def _blank_is_nothing(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value


class OwnTemplateQuery(TemplateQuery):
    include_inactive: bool = False
    include_system: bool = Field(False, description="Everybody's after one's own")
