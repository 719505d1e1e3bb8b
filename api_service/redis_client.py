"""The client of Redis, made so that whoever waits for it can be cancelled."""

from redis.asyncio import Redis

_CONNECT_SECONDS = 2.0


def connect(url: str) -> Redis:
    """A client that connects when first used. Callers bound how long they wait, with `asyncio.timeout`.

    A timeout of the client's own would send through `asyncio.wait_for`, which in Python 3.11 swallows a
    cancellation that comes while the sending ends.
    """
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=None,
        socket_keepalive=True,
    )
