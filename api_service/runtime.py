"""What lives as long as the process, and the dependencies through which a request reaches it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

import httpx
from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from livekit.api import LiveKitAPI
from redis.asyncio import Redis

from api_service.audio.store import AudioStore
from api_service.auth.development import DevelopmentKey
from api_service.auth.verifier import Claims, TokenVerifier
from api_service.database import Connection, Database
from api_service.gateway.identity import claims_of
from api_service.gateway.limiter import RateLimiter
from api_service.live import Live
from api_service.minutes.desk import MinutesDesk
from api_service.places import Places
from api_service.settings import ApiSettings
from api_service.tasks.feeds import TaskFeeds
from api_service.users import repository as users
from api_service.users.accounts import SupabaseAccounts
from shared.errors import Unauthenticated
from shared.stopping import Stopping


@dataclass(frozen=True, slots=True)
class Runtime:
    """Built and closed by the lifespan."""

    settings: ApiSettings
    started_at: float
    """On the monotonic clock."""

    database: Database
    redis: Redis
    livekit: LiveKitAPI
    http: httpx.AsyncClient
    verifier: TokenVerifier
    limiter: RateLimiter
    development_key: DevelopmentKey | None
    """None where development tokens are not issued."""

    accounts: SupabaseAccounts | None
    """None where accounts are ended in the database itself, or by nobody."""

    stopping: Stopping
    """Ends what waits for others."""

    streams: Places
    """Of those who follow anything."""

    audio: AudioStore
    live: Live
    tasks: TaskFeeds
    minutes: MinutesDesk
    """For those who wait for their minutes; workers have makers of their own."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The account that asks, and a transaction that sees what it may see."""

    user: users.User
    connection: Connection


async def current_runtime(request: Request) -> Runtime:
    runtime: Runtime = request.state.runtime
    return runtime


CurrentRuntime = Annotated[Runtime, Depends(current_runtime)]


_BEARER = HTTPBearer(scheme_name="token", bearerFormat="JWT", auto_error=False)
"""For the documentation: the gateway has verified the token before."""


async def current_claims(request: Request, _: Annotated[object, Security(_BEARER)]) -> Claims:
    """The verified token of the request. Raises Unauthenticated, and Unavailable without the keys."""
    return claims_of(request.scope)


CurrentClaims = Annotated[Claims, Depends(current_claims)]


@asynccontextmanager
async def open_caller(runtime: Runtime, claims: Claims) -> AsyncIterator[Caller]:
    """One transaction. Raises Unauthenticated for accounts that are unknown or inactive."""
    async with runtime.database.as_user(claims.for_database()) as connection:
        user = await users.find(connection, claims.user_id)
        if user is None:
            raise Unauthenticated("User not found")
        if not user.is_active:
            raise Unauthenticated("User account is inactive")
        yield Caller(user, connection)


async def current_caller(runtime: CurrentRuntime, claims: CurrentClaims) -> AsyncIterator[Caller]:
    """One transaction for the request."""
    async with open_caller(runtime, claims) as caller:
        yield caller


CurrentCaller = Annotated[Caller, Depends(current_caller, scope="function")]
"""Committed when the route returns, before its response is sent: a stream holds no transaction."""
