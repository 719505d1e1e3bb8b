"""Public JSON of signing in."""

from typing import Literal

from pydantic import BaseModel

from api_service.bodies import Email, Name
from api_service.users.schemas import UserResponse


class AuthConfig(BaseModel):
    """How a page signs people in."""

    development_sign_in: bool


class DevelopmentTokenRequest(BaseModel):
    """The account is made when there is none with this address."""

    email: Email
    full_name: Name | None = None


class TokenResponse(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int
    user: UserResponse


class KeySet(BaseModel):
    """A JWKS."""

    keys: list[dict[str, str]]
