"""Public JSON of accounts."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

from api_service.bodies import Label, Language, Name, storable
from api_service.json_values import SmallObject, small_object
from api_service.users.addresses import ensure_secure

_MOST_ADDITIONAL = 32
_LONGEST_NAME = 64

AvatarUrl = Annotated[
    str, StringConstraints(max_length=2048), AfterValidator(storable), AfterValidator(ensure_secure)
]


class UserResponse(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str | None
    username: str
    full_name: str | None
    avatar_url: str | None
    created_at: datetime


class UserChange(BaseModel):
    """What is left out stays as it is."""

    full_name: Name | None = Field(None, description="Null removes it; others then see the user name")
    username: Name | None = None
    avatar_url: AvatarUrl | None = Field(None, description="An https address; null removes it")

    @model_validator(mode="after")
    def _named(self) -> Self:
        if "username" in self.model_fields_set and self.username is None:
            raise ValueError("An account cannot be without username")
        return self


class AccountEnd(BaseModel):
    """Said twice, so that no slip ends an account."""

    confirm: Label = Field(description="The account's e-mail address, or its user name if it has none")


class AccountEnded(BaseModel):
    message: str = "Account deleted successfully"


class PreferencesChange(BaseModel):
    """What is left out stays as it is, and null goes back to the default.

    Names that we do not know are kept for the client: at most 32 of them, 4096 bytes in all.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue] = Field(init=False)

    default_language: Language | None = None
    default_stt_model: Name | None = None
    auto_summary: bool | None = None
    auto_title: bool | None = None
    summary_style: Literal["brief", "standard", "detailed"] | None = None
    auto_delete_recordings_days: int | None = Field(None, ge=1, le=3650)
    notification_settings: SmallObject | None = None

    @property
    def additional(self) -> dict[str, JsonValue]:
        """The names that we do not know."""
        return self.__pydantic_extra__

    @model_validator(mode="after")
    def _additional_is_small(self) -> Self:
        if len(self.additional) > _MOST_ADDITIONAL or any(
            len(name) > _LONGEST_NAME for name in self.additional
        ):
            raise ValueError(
                f"At most {_MOST_ADDITIONAL} further names of {_LONGEST_NAME} characters are kept"
            )
        small_object(self.additional)
        return self


class PreferencesResponse(BaseModel):
    """What somebody prefers, our defaults where nothing was chosen, and what clients keep beside it."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue] = Field(init=False)

    default_language: str
    default_stt_model: str
    auto_summary: bool
    auto_title: bool
    summary_style: str
    auto_delete_recordings_days: int | None = Field(
        description="Null keeps recordings until they are deleted"
    )
    notification_settings: dict[str, JsonValue]


class Subscription(BaseModel):
    """Nothing is sold here: everybody has the same plan, for ever."""

    plan: Literal["free"] = "free"
    status: Literal["active"] = "active"
    expires_at: datetime | None = None


class Quota(BaseModel):
    """What was used of a number that tells people where they stand; nothing is refused above it."""

    used: float
    limit: float


class Quotas(BaseModel):
    """Counted from what is stored now. Months are those of UTC."""

    monthly_sessions: Quota
    monthly_transcription_minutes: Quota
    storage_mb: Quota


class ProfileResponse(UserResponse):
    subscription: Subscription
    quotas: Quotas
    preferences: PreferencesResponse
