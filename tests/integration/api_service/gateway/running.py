"""The API on a real port in a thread of its own, and cases of its OpenAPI to ask it with."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import httpx
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from api_service.app import create_app
from api_service.settings import ApiSettings

SCHEMA = schemathesis.openapi.from_dict(dict(create_app(ApiSettings()).openapi()))
OPERATIONS = {
    f"{found.ok().method} {found.ok().path}": found.ok()
    for found in SCHEMA.get_all_operations()
    if isinstance(found, Ok)
}

AnyCase: TypeAlias = "Case[Any]"


@contextmanager
def serving_on_a_port(chosen: ApiSettings) -> Iterator[str]:
    """Yields the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(create_app(chosen), log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            end = time.monotonic() + 40
            while not server.started:
                assert time.monotonic() < end, "the API did not start"
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def token_for(address: str, name: str) -> tuple[str, str]:
    """Signs somebody in; the id of the account and its token."""
    answer = httpx.post(
        f"{address}/api/v1/auth/development-token",
        json={"email": f"{name}@example.com"},
        trust_env=False,
        timeout=60,
    ).json()
    return answer["user"]["id"], answer["access_token"]


def cases(name: str, *, count: int, mode: GenerationMode = GenerationMode.POSITIVE) -> list[AnyCase]:
    """Requests that the documentation of an operation allows or forbids, the same ones in every run."""
    made: list[AnyCase] = []

    @given(case=OPERATIONS[name].as_strategy(generation_mode=mode))
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def collect(case: AnyCase) -> None:
        made.append(case)

    collect()
    return made
