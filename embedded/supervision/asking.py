"""How a part is asked whether it does its work."""

from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from urllib.request import ProxyHandler, build_opener

import psycopg
import redis

_PATIENCE_SECONDS = 2
_DIRECT = build_opener(ProxyHandler({}))


class NotReady(Exception):
    """A part does not answer yet; says in words what it answered instead."""


Ask = Callable[[], None]
"""Returns when the part does its work, and raises NotReady otherwise."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that others run and we need."""

    name: str
    ask: Ask
    ready_seconds: float = 10


def postgres(address: str) -> Ask:
    """Whether a Postgres lets us in and answers a query."""

    def ask() -> None:
        try:
            with psycopg.connect(address, connect_timeout=_PATIENCE_SECONDS) as connection:
                connection.execute("select 1")
        except psycopg.OperationalError as failure:
            raise NotReady(str(failure).strip()) from failure

    return ask


def valkey(address: str) -> Ask:
    """Whether a server of the Redis protocol lets us in and answers a ping."""

    def ask() -> None:
        try:
            with redis.Redis.from_url(address, socket_timeout=_PATIENCE_SECONDS) as client:
                client.ping()
        except redis.RedisError as failure:
            raise NotReady(str(failure)) from failure

    return ask


def http(address: str) -> Ask:
    """Whether an HTTP server answers with success."""

    def ask() -> None:
        try:
            with _DIRECT.open(address, timeout=_PATIENCE_SECONDS):
                pass
        except (OSError, HTTPException) as failure:
            raise NotReady(str(failure) or type(failure).__name__) from failure

    return ask
