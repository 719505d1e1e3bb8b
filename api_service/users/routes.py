"""`/api/v1/users`, and `/api/v1/user` as older documents spell it."""

from fastapi import APIRouter

from api_service.bodies import JsonBody
from api_service.runtime import CurrentCaller
from api_service.users import service
from api_service.users.schemas import (
    PreferencesChange,
    PreferencesResponse,
    ProfileResponse,
    Quotas,
    UserChange,
    UserResponse,
)
from api_service.users.service import PreferencesTooLarge
from shared.errors import Unauthenticated, Unavailable, UnsupportedMedia
from shared.problems import documented

router = APIRouter(tags=["users"], responses=documented(Unauthenticated, Unavailable))
_OWN = APIRouter()


@_OWN.get("/me")
async def read_own_account(caller: CurrentCaller) -> UserResponse:
    """Whose token this is."""
    return UserResponse.model_validate(caller.user)


@_OWN.patch("/me", dependencies=[JsonBody], responses=documented(UnsupportedMedia))
async def change_own_account(asked: UserChange, caller: CurrentCaller) -> UserResponse:
    """Change how one is called and seen."""
    return UserResponse.model_validate(await service.change(caller, asked))


@_OWN.get("/profile")
async def read_profile(caller: CurrentCaller) -> ProfileResponse:
    """One's account, what it has used, and what one prefers."""
    return await service.read_profile(caller)


@_OWN.get("/usage")
async def read_usage(caller: CurrentCaller) -> Quotas:
    """What one has used."""
    return await service.read_usage(caller)


@_OWN.get("/preferences")
async def read_preferences(caller: CurrentCaller) -> PreferencesResponse:
    """What one prefers."""
    return await service.read_preferences(caller)


@_OWN.put(
    "/preferences", dependencies=[JsonBody], responses=documented(UnsupportedMedia, PreferencesTooLarge)
)
@_OWN.patch(
    "/preferences", dependencies=[JsonBody], responses=documented(UnsupportedMedia, PreferencesTooLarge)
)
async def change_preferences(asked: PreferencesChange, caller: CurrentCaller) -> PreferencesResponse:
    """Change what is given; both methods do the same."""
    return await service.change_preferences(caller, asked)


router.include_router(_OWN, prefix="/api/v1/users")
router.include_router(_OWN, prefix="/api/v1/user", include_in_schema=False)
