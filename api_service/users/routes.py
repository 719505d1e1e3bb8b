"""`/api/v1/users`."""

from fastapi import APIRouter

from api_service.runtime import CurrentCaller
from api_service.users.schemas import UserResponse
from shared.errors import Unauthenticated
from shared.problems import documented

router = APIRouter(prefix="/api/v1/users", tags=["users"], responses=documented(Unauthenticated))


@router.get("/me")
async def read_own_account(caller: CurrentCaller) -> UserResponse:
    """Whose token this is."""
    return UserResponse.model_validate(caller.user)
