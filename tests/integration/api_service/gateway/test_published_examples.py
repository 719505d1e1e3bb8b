"""What the original's README shows people do, against this API; skipped without that document."""

import re
import subprocess
from collections.abc import Iterator
from io import BytesIO
from uuid import uuid4

import httpx
import pytest

from api_service.settings import ApiSettings
from tests import published
from tests.integration.api_service.audio.conftest import tone
from tests.integration.api_service.gateway import belongings
from tests.integration.api_service.gateway.running import serving_on_a_port, token_for
from tests.servers import ROOT, Servers

pytestmark = pytest.mark.integration

API_PORT = 8000
EXAMPLES = 6
"""Blocks of the document that ask the API."""

NOT_HERE = {
    "agent-scale": "one agent takes all rooms of a machine; on several, docker compose up --scale agent=N",
    "agent-stop": "the agent is a part of the platform: make agent starts it again, make down stops all",
}
"""What the document lets people make and ours does not, with the reason."""


@pytest.fixture(scope="module")
def address(settings: ApiSettings) -> Iterator[str]:
    # Nobody works at the queue here, so that what an upload waits for does not come.
    with serving_on_a_port(settings.model_copy(update={"batch_wait_seconds": 0.2})) as address:
        yield address


@pytest.fixture
def replacing(address: str, servers: Servers) -> dict[str, str]:
    """Something real for each placeholder."""
    user, token = token_for(address, f"reader-{uuid4().hex[:8]}")
    own = belongings.make(servers.database_admin_url, owner=user)
    return {
        "YOUR_JWT_TOKEN": token,
        "{session_id}": own.parameter("session_id"),
        "session-uuid": own.parameter("session_id"),
        "optional-template-id": own.parameter("template_id"),
        "[0.1, 0.2, 0.3, ...]": "[0.1, 0.2, 0.3]",
    }


def asking_the_api() -> list[str]:
    return [code for code in published.blocks("python") if f":{API_PORT}/" in code]


def opened(name: str, mode: str) -> BytesIO:
    assert (name, mode) == ("audio.wav", "rb")
    return BytesIO(tone())


def test_no_example_is_forgotten() -> None:
    assert len(asking_the_api()) == EXAMPLES


@pytest.mark.parametrize("number", range(EXAMPLES))
async def test_an_example_is_answered(
    monkeypatch: pytest.MonkeyPatch, address: str, replacing: dict[str, str], number: int
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    code = published.filled(asking_the_api()[number], replacing)
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        ran = await published.run(code, client, port=API_PORT, address=address, open=opened)
    assert len(ran.answers) == len(re.findall(rf"http://localhost:{API_PORT}/", code))
    assert [answer.status_code for answer in ran.answers if not answer.is_success] == []
    for name in EXPECTED.keys() & ran.values.keys():
        value = ran.values[name]
        assert isinstance(value, list | dict)
        assert EXPECTED[name] <= (value[0] if isinstance(value, list) else value).keys()


EXPECTED = {
    "session": {"id", "title", "status", "language"},
    "connection_details": {"serverUrl", "roomName", "participantToken"},
    "summary": {"summary", "key_points", "model_used"},
    "title": {"title", "model_used"},
    "realtime_data": {"session_id", "segments", "total_segments"},
    "status_data": {"session_id", "status", "participant_count"},
    "templates": {"id", "name", "template_content", "category"},
}
"""What an example goes on with, by the name that it gives to it, has these values."""


def test_what_the_examples_ask_by_curl_is_answered(address: str) -> None:
    paths = published.asked_by_curl(API_PORT)
    assert paths
    for path in paths:
        assert httpx.get(f"{address}{path}", trust_env=False, timeout=60).status_code == 200


def test_what_the_document_lets_people_make_is_made_here_or_named_with_the_reason() -> None:
    shell = "\n".join(published.blocks("bash"))
    wanted = set(re.findall(r"^\s*make ([a-z-]+)", shell, re.MULTILINE))
    assert wanted >= NOT_HERE.keys()
    for target in wanted:
        made = subprocess.run(
            ["make", "--dry-run", target], cwd=ROOT, check=False, capture_output=True, text=True
        )
        assert (made.returncode == 0) == (target not in NOT_HERE), f"{target}: {made.stderr}"
