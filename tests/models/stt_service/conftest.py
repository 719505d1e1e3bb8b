"""Real weights, and the recordings that lie beside the repository where they are there."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from asgi_lifespan import LifespanManager

from stt_service.app import create_app
from stt_service.engine import SttEngine, load_engine
from stt_service.settings import SttSettings

ROOT = Path(__file__).resolve().parents[3]
RECORDINGS = ROOT.parent / "shared" / "data"
SETTINGS = SttSettings(models_directory=ROOT / "models")


@pytest.fixture(scope="session")
def engine() -> SttEngine:
    return load_engine(SETTINGS).engine


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of recorded speech; what needs it is skipped where it is absent."""
    if not RECORDINGS.is_dir():
        pytest.skip("no recordings in ../shared/data")
    return RECORDINGS


@pytest.fixture(scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with LifespanManager(create_app(SETTINGS)) as manager:
        transport = httpx.ASGITransport(manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://stt", timeout=60) as http:
            yield http
