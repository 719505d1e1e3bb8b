"""The API: what it is made of and how long each part lives."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypedDict

import httpx
import psycopg
from fastapi import FastAPI

from api_service.audio.legacy import UPLOAD_PATH
from api_service.audio.links import FILES_PATH
from api_service.audio.store import media_origins, open_audio_store
from api_service.auth import development
from api_service.auth.keys import PublishedKeys
from api_service.auth.verifier import Authority, TokenVerifier
from api_service.database import Database, answer_data_error, answer_gone, answer_refused
from api_service.gateway.documentation import SCHEMA_PATH, DocumentedApi, serve_pages
from api_service.gateway.install import layers
from api_service.gateway.limiter import RateLimiter
from api_service.live import start_live
from api_service.livekit.client import livekit_client
from api_service.minutes.desk import MinutesDesk
from api_service.minutes.makers import open_maker
from api_service.operations import routes as operations
from api_service.page import files as page
from api_service.places import Places
from api_service.routing import ROUTERS
from api_service.runtime import Runtime
from api_service.server_events import TooManyStreams
from api_service.settings import ApiSettings
from api_service.tasks.feeds import TaskFeeds
from api_service.transcriptions.batch_routes import BATCH_PATH
from api_service.users.accounts import SupabaseAccounts
from shared import serving
from shared.background import Background
from shared.clients.http import carry_request_id
from shared.clients.redis import connect
from shared.errors import InvalidRequest
from shared.inference import InferenceWorker
from shared.problems import documented
from shared.stopping import Stopping

_HTTP_SECONDS = 3.0
_FORM_BYTES = 100_000
"""What a form may have around its file."""

_MINUTES_WAITING = 16
"""Requests for minutes; one that quotes takes well under a second."""

_MINUTES_SECONDS = 45.0
"""Clients of the original give up after a minute."""

_WRITING_SECONDS = 38.0
"""So that quoting still has its time."""

_MOST_STREAMS = 32
"""Of events for one account: of several sessions and tasks in several browsers."""


class State(TypedDict):
    """What the lifespan puts into `request.state`."""

    runtime: Runtime


def create_app(settings: ApiSettings) -> FastAPI:
    """The API of one process; nothing is opened before its lifespan begins."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        async with AsyncExitStack() as stack:
            yield {"runtime": await _open(settings, stack, app.state.stopping)}

    app = DocumentedApi(
        title=operations.NAME,
        version=operations.VERSION,
        lifespan=lifespan,
        redirect_slashes=False,
        openapi_url=SCHEMA_PATH if settings.docs else None,
        docs_url=None,
        redoc_url=None,
        responses=documented(InvalidRequest),
    )
    serving.install(
        app,
        service="api",
        max_body_bytes=settings.max_body_bytes,
        larger_bodies={
            FILES_PATH: settings.max_upload_bytes,
            UPLOAD_PATH: settings.max_upload_bytes + _FORM_BYTES,
            BATCH_PATH: settings.max_upload_bytes + _FORM_BYTES,
        },
        layers=layers(settings),
    )
    app.add_exception_handler(psycopg.DataError, answer_data_error)
    app.add_exception_handler(psycopg.errors.ForeignKeyViolation, answer_gone)
    app.add_exception_handler(psycopg.errors.InsufficientPrivilege, answer_refused)
    if settings.docs:
        serve_pages(app)
    for router in ROUTERS:
        app.include_router(router)
    page.mount(
        app,
        directory=settings.web_directory,
        livekit_url=settings.browser_livekit_url,
        media_origins=media_origins(settings),
    )
    return app


async def _open(settings: ApiSettings, stack: AsyncExitStack, stopping: Stopping) -> Runtime:
    """Open what a process needs; the stack closes it in reverse. Servers that are away now may come later."""
    database = Database(
        settings.database_url.get_secret_value(),
        connections=settings.database_connections,
        prepares=settings.connections_prepare,
    )
    stack.push_async_callback(database.close)
    await database.open()
    redis = connect(settings.redis_url.get_secret_value())
    stack.push_async_callback(redis.aclose)
    livekit_api = await stack.enter_async_context(livekit_client(settings))
    http = await stack.enter_async_context(_http_client())
    development_key = _development_key(settings)
    return Runtime(
        settings=settings,
        started_at=time.monotonic(),
        database=database,
        redis=redis,
        livekit=livekit_api,
        http=http,
        verifier=await _open_verifier(settings, http, development_key),
        limiter=RateLimiter(redis, settings.budgets),
        development_key=development_key,
        accounts=_supabase_accounts(settings, http),
        stopping=stopping,
        streams=Places(_MOST_STREAMS, TooManyStreams),
        tasks=await _follow_tasks(database, stack),
        audio=await open_audio_store(settings, stack, database=database),
        live=await start_live(settings, stack, database=database, redis=redis, livekit=livekit_api),
        minutes=await _open_minutes(settings, stack, stopping),
    )


async def _follow_tasks(database: Database, stack: AsyncExitStack) -> TaskFeeds:
    feeds = TaskFeeds(database)
    background = await stack.enter_async_context(Background())
    background.start("tasks", feeds.run)
    return feeds


async def _open_minutes(settings: ApiSettings, stack: AsyncExitStack, stopping: Stopping) -> MinutesDesk:
    extraction = InferenceWorker(name="minutes", max_waiting=_MINUTES_WAITING)
    stack.callback(extraction.close)
    maker = await open_maker(settings, stack, extraction=extraction, writing_seconds=_WRITING_SECONDS)
    return MinutesDesk(maker, places=_MINUTES_WAITING, seconds=_MINUTES_SECONDS, stopping=stopping)


def _http_client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=_HTTP_SECONDS, event_hooks={"request": [carry_request_id]})


def _supabase_accounts(settings: ApiSettings, http: httpx.AsyncClient) -> SupabaseAccounts | None:
    if settings.supabase_auth_url is None or settings.supabase_service_key is None:
        return None
    return SupabaseAccounts(http, settings.supabase_auth_url, settings.supabase_service_key)


def _development_key(settings: ApiSettings) -> development.DevelopmentKey | None:
    if not settings.development_sign_in or settings.development_key_file is None:
        return None
    return development.load_or_create(settings.development_key_file)


async def _open_verifier(
    settings: ApiSettings, http: httpx.AsyncClient, key: development.DevelopmentKey | None
) -> TokenVerifier:
    authorities = [Authority(development.ISSUER, key)] if key else []
    if settings.token_issuer:
        published = PublishedKeys(http, settings.token_keys_url) if settings.token_keys_url else None
        if published:
            await published.refresh()
        secret = settings.jwt_secret.get_secret_value() if settings.jwt_secret else None
        authorities.append(Authority(settings.token_issuer, published, secret))
    return TokenVerifier(authorities, audience=settings.jwt_audience)
