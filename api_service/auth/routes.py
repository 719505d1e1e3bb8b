"""`/api/v1/auth`, and the public key of development tokens."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from api_service.auth import service
from api_service.auth.development import DevelopmentKey
from api_service.auth.schemas import AuthConfig, DevelopmentTokenRequest, KeySet, TokenResponse
from api_service.bodies import JsonBody
from api_service.runtime import CurrentRuntime
from shared.errors import Unauthenticated, UnsupportedMedia
from shared.problems import documented

router = APIRouter(tags=["auth"])


async def _development_key(runtime: CurrentRuntime, request: Request) -> DevelopmentKey:
    return service.development_key(runtime, request)


@router.get("/api/v1/auth/config")
async def read_config(runtime: CurrentRuntime) -> AuthConfig:
    """What a page has to know before anybody has signed in."""
    return AuthConfig(development_sign_in=runtime.development_key is not None)


@router.post(
    "/api/v1/auth/development-token",
    dependencies=[JsonBody],
    responses=documented(service.DevelopmentSignInRefused, Unauthenticated, UnsupportedMedia),
)
async def issue_development_token(
    asked: DevelopmentTokenRequest,
    runtime: CurrentRuntime,
    key: Annotated[DevelopmentKey, Depends(_development_key)],
) -> TokenResponse:
    """Signs in without a password, on one machine only."""
    return await service.sign_in(runtime, key, asked)


@router.get("/.well-known/jwks.json")
async def read_keys(runtime: CurrentRuntime) -> KeySet:
    """What development tokens can be verified with."""
    key = runtime.development_key
    return KeySet(keys=[key.published] if key else [])
