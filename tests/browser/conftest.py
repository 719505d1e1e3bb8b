"""Chromium as people have it, with a recording as its microphone."""

import shutil
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page, async_playwright, expect

from embedded.demo.voices import SAMPLE_RATE
from tests.e2e.rooms import spoken

OpenPage = Callable[..., AbstractAsyncContextManager[Page]]

_PATIENCE = 20_000
"""Milliseconds."""

AT_ONCE = 5_000
"""Milliseconds: before the page would look again by itself."""

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = ("--autoplay-policy=no-user-gesture-required", "--disable-features=WebRtcHideLocalIpsWithMdns")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True, scope="session")
def patience() -> None:
    """The machine may be busy: a page gets longer than the library would wait by itself."""
    expect.set_options(timeout=_PATIENCE)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(_NAMES)} is installed")
    return found


def speaking(recording: Path) -> tuple[str, ...]:
    """Flags for a microphone that gives this recording once and silence after it."""
    return (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={recording}%noloop",
    )


REFUSING = ("--use-fake-device-for-media-stream", "--deny-permission-prompts")
"""Flags for somebody who does not let the page use the microphone."""


def record(path: Path, *, silence_seconds: float, text: str) -> Path:
    """A recording of somebody who is silent and then says the text."""
    silence = np.zeros(round(silence_seconds * SAMPLE_RATE), dtype=np.int16)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.concatenate([silence, spoken(text).samples, silence]).tobytes())
    return path


@pytest.fixture
def open_page(chromium: str) -> OpenPage:
    """Opens a browser for the length of a block. Everything the page reports as an error fails the test."""

    @asynccontextmanager
    async def opened(address: str, *flags: str) -> AsyncIterator[Page]:
        errors: list[str] = []
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=[*_FLAGS, *flags])
            page = await browser.new_page()
            page.on("pageerror", lambda error: errors.append(error.message))
            try:
                await page.goto(address)
                yield page
            finally:
                await browser.close()
        assert errors == []

    return opened
