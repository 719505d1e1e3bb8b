"""Work on a session in a browser that did not begin it: how far it is, and what comes of it."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, Route, expect

from embedded.demo.measure import word_error_rate
from tests.browser.conftest import AT_ONCE, OpenPage, record
from tests.browser.test_transcript_page import sign_in
from tests.e2e.parts import mishear
from tests.e2e.rooms import SENTENCES, room
from tests.platform_fixture import RunningPlatform

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

MISHEARD = "Nobody has said this."
_PATIENCE = 40_000
"""Milliseconds: the machine may be busy."""


async def send(page: Page, url: str, headers: dict[str, str], recording: Path) -> str:
    """Have a recording transcribed, as a program would; returns the session while its task runs."""
    content = await asyncio.to_thread(recording.read_bytes)
    audio = FilePayload(name=recording.name, mimeType="audio/wav", buffer=content)
    sent = await page.request.post(
        f"{url}/api/v1/transcriptions/batch",
        multipart={"language": "en-US", "audio_file": audio},
        headers={**headers, "prefer": "respond-async"},
    )
    assert sent.status == 202, await sent.text()
    session_id: str = (await sent.json())["session_id"]
    return session_id


async def test_a_transcription_that_was_begun_elsewhere_is_seen_stopped_and_brings_its_words(
    platform: RunningPlatform, open_page: OpenPage, tmp_path: Path
) -> None:
    url, said = platform.api_url, " ".join(SENTENCES)
    recording = record(tmp_path / "sentences.wav", silence_seconds=1, text=said)
    async with open_page(f"{url}/app/") as page:
        headers = await sign_in(page, url, "elsewhere@example.com")
        session_id = await send(page, url, headers, recording)
        await page.goto(f"{url}/app/#/sessions/{session_id}")
        await page.get_by_role("button", name="Stop").click()
        ended = page.get_by_test_id("task-ended")
        await expect(ended).to_contain_text("Transcribing was stopped")
        await page.reload()
        await ended.get_by_role("button", name="Transcribe again").click()
        percent = page.get_by_test_id("task").locator(".progress-percent")
        await expect(percent).to_have_text(re.compile(r"^\d+ %$"))
        await expect(page.get_by_test_id("caption").first).to_be_visible(timeout=_PATIENCE)
        await expect(page.get_by_test_id("task")).to_have_count(0)
        shown = " ".join(await page.get_by_test_id("caption").all_text_contents())
        assert word_error_rate({"": said}, {"": shown}) <= 0.2


async def test_work_that_ends_while_a_page_is_opened_is_not_shown_as_going_on(
    platform: RunningPlatform, open_page: OpenPage, tmp_path: Path
) -> None:
    url, said = platform.api_url, " ".join(SENTENCES)
    recording = record(tmp_path / "sentences.wav", silence_seconds=1, text=said)
    async with open_page(f"{url}/app/") as page:
        headers = await sign_in(page, url, "opening@example.com")
        session_id = await send(page, url, headers, recording)
        path = f"{url}/api/v1/sessions/{session_id}"
        begun = await (await page.request.get(path, headers=headers)).json()
        assert begun["status"] == "processing"
        async with asyncio.timeout(_PATIENCE / 1000):
            session = begun
            while session["status"] == "processing":
                await asyncio.sleep(0.1)
                session = await (await page.request.get(path, headers=headers)).json()

        async def tell_as_it_was(route: Route) -> None:
            await route.fulfill(json=begun)

        await page.route(path, tell_as_it_was, times=1)
        await page.goto(f"{url}/app/#/sessions/{session_id}")
        await expect(page.get_by_test_id("caption").first).to_be_visible()
        status = page.get_by_test_id("session-status")
        await expect(status).to_have_attribute("data-status", "completed", timeout=AT_ONCE)


async def test_what_a_second_pass_corrects_appears_by_itself_and_leaves_an_open_editor_alone(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    url, email = platform.api_url, "host-of-second-pass@example.com"
    first, second = SENTENCES[9], SENTENCES[11]
    async with room(url, "Heard again", host_email=email) as opened, open_page(f"{url}/app/") as page:
        ada = await opened.enter("Ada")
        await ada.switch_on()
        await ada.say(first)
        await ada.say(second)
        await ada.finals_stored(lambda finals: len(finals) == 2)
        await ada.leave()
        await asyncio.to_thread(mishear, platform.state, opened.session_id, MISHEARD)

        await sign_in(page, url, email)
        await page.goto(f"{url}/app/#/sessions/{opened.session_id}")
        captions = page.get_by_test_id("caption")
        await expect(captions).to_have_text([MISHEARD, MISHEARD])
        await captions.first.dblclick()
        words = page.get_by_label("What was said")
        await words.fill("They finished it.")
        await opened.host.finalize(opened.session_id)
        await expect(page.get_by_test_id("quiet-task")).to_contain_text("Preparing the recording")
        await expect(captions).to_contain_text(["new car"], timeout=_PATIENCE)
        await expect(page.get_by_test_id("playback")).to_be_visible()
        await expect(page.get_by_test_id("quiet-task")).to_have_count(0)
        await expect(words).to_have_value("They finished it.")
        await expect(words).to_be_focused()
        await expect(page.get_by_test_id("conflict")).to_contain_text("work on time")
        await page.get_by_role("button", name="Leave it so").click()
        await expect(captions).to_contain_text(["work on time", "new car"])
