"""Decides who gets a development token."""

from fastapi import Request

from api_service.auth import repository
from api_service.auth.development import LIFETIME_SECONDS, DevelopmentKey, asked_from_this_machine
from api_service.auth.schemas import DevelopmentTokenRequest, TokenResponse
from api_service.runtime import Runtime
from api_service.users import repository as users
from api_service.users.schemas import UserResponse
from shared.errors import Forbidden, Unauthenticated


class DevelopmentSignInRefused(Forbidden):
    code, title = "development-sign-in-refused", "Development tokens are not issued here"


def development_key(runtime: Runtime, request: Request) -> DevelopmentKey:
    """The key to sign with. Raises DevelopmentSignInRefused unless everything happens on one machine."""
    if runtime.development_key is None:
        raise DevelopmentSignInRefused("They need a development environment that is bound to loopback")
    if not asked_from_this_machine(request):
        raise DevelopmentSignInRefused("They are given to this machine alone, by its own name")
    return runtime.development_key


async def sign_in(runtime: Runtime, key: DevelopmentKey, asked: DevelopmentTokenRequest) -> TokenResponse:
    """A token for the account with this address. Raises Unauthenticated when it is inactive."""
    async with runtime.database.as_service() as connection:
        account = await repository.ensure_development_user(
            connection, email=asked.email, full_name=asked.full_name
        )
    if account is None:
        raise DevelopmentSignInRefused("The accounts of this database are made by its own sign-in service")
    claims: dict[str, object] = {"sub": str(account), "role": "authenticated"}
    async with runtime.database.as_user(claims) as connection:
        user = await users.find(connection, account)
    if user is None or not user.is_active:
        raise Unauthenticated("User account is inactive")
    token = key.sign(
        user_id=user.id,
        email=user.email or asked.email,
        full_name=user.full_name,
        audience=runtime.settings.jwt_audience,
    )
    return TokenResponse(
        access_token=token, expires_in=LIFETIME_SECONDS, user=UserResponse.model_validate(user)
    )
