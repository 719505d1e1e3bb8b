"""`/api/v1/users`, and `/api/v1/user` as older documents spell it."""

from fastapi import APIRouter, BackgroundTasks

from api_service.bodies import JsonBody
from api_service.runtime import CurrentCaller, CurrentClaims, CurrentRuntime
from api_service.users import leaving, service
from api_service.users.leaving import AccountKeptElsewhere, NotConfirmed
from api_service.users.schemas import (
    AccountEnd,
    AccountEnded,
    PreferencesChange,
    PreferencesResponse,
    ProfileResponse,
    Quotas,
    UserChange,
    UserResponse,
)
from api_service.users.service import PreferencesTooLarge
from shared.clients.http import UpstreamRefused
from shared.errors import Unauthenticated, Unavailable, UnsupportedMedia, UpstreamFailed
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


@_OWN.delete(
    "/me",
    dependencies=[JsonBody],
    responses=documented(
        NotConfirmed, AccountKeptElsewhere, UnsupportedMedia, UpstreamRefused, UpstreamFailed
    ),
)
async def delete_own_account(
    asked: AccountEnd, runtime: CurrentRuntime, claims: CurrentClaims, after: BackgroundTasks
) -> AccountEnded:
    """End one's account for good, with all sessions of one's own, what was said in them and their audio."""
    left = await leaving.leave(runtime, claims, confirmed=asked.confirm)
    after.add_task(leaving.forget, runtime, left)
    return AccountEnded()


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
