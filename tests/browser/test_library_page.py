"""The meetings of an account in a browser: found again, renamed, corrected, taken along and deleted."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import OpenPage, record
from tests.platform_fixture import RunningPlatform

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

EMAIL = "librarian@example.com"
SEGMENTS = [
    {"speaker": "Ada", "start_time": 0, "end_time": 2, "text": "The greenhouse needs new glass."},
    {"speaker": "Speaker 2", "start_time": 3, "end_time": 5, "text": "I can order it on Monday."},
]


async def bring_meeting(page: Page, url: str) -> None:
    """Store a meeting of the account with a transcript, as a program would."""
    signed_in = await page.request.post(f"{url}/api/v1/auth/development-token", data={"email": EMAIL})
    headers = {"authorization": f"Bearer {(await signed_in.json())['access_token']}"}
    created = await page.request.post(f"{url}/api/v1/sessions", data={"title": "Garden"}, headers=headers)
    brought = {
        "session_id": (await created.json())["id"],
        "content": "",
        "language": "en",
        "segments": SEGMENTS,
    }
    stored = await page.request.post(f"{url}/api/v1/transcriptions", data=brought, headers=headers)
    assert stored.ok, await stored.text()


async def test_a_meeting_is_found_by_what_was_said_and_taken_along(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    async with open_page(f"{platform.api_url}/app/") as page:
        await bring_meeting(page, platform.api_url)
        await page.get_by_label("E-mail").fill(EMAIL)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_test_id("session")).to_have_count(1)

        search = page.get_by_role("searchbox")
        await search.fill("nobody said this")
        await expect(page.get_by_text("Nothing was found")).to_be_visible()
        await search.fill("greenhouse")
        await expect(page.get_by_test_id("found").locator("mark")).to_have_text("greenhouse")
        await page.get_by_test_id("found").click()
        await expect(page.locator("[data-marked=true]")).to_have_text("The greenhouse needs new glass.")

        await page.get_by_role("button", name="Speaker 2").click()
        await page.get_by_role("textbox", name="Speaker 2").fill("Grace")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("transcript")).to_contain_text("Grace")
        await page.get_by_label("Format").select_option("srt")
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Download").click()
        saved = await download.value
        assert saved.suggested_filename == "Garden.srt"
        assert "Grace: I can order it on Monday." in await asyncio.to_thread((await saved.path()).read_text)

        await page.get_by_role("link", name="All meetings").click()
        await page.get_by_role("button", name="Rename").click()
        await page.get_by_role("textbox", name="Title").first.fill("Greenhouse")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("session")).to_contain_text("Greenhouse")
        page.on("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("button", name="Delete").click()
        await expect(page.get_by_test_id("session")).to_have_count(0)


async def test_a_part_of_the_page_that_does_not_arrive_takes_nothing_else_away(
    platform: RunningPlatform, open_page: OpenPage, tmp_path: Path
) -> None:
    recording = record(tmp_path / "hall.wav", silence_seconds=0.5, text="Good morning.")
    arrived = asyncio.Event()

    async def slow(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    async with open_page(f"{platform.api_url}/app/") as page:
        await page.route("**/transcriptions/batch", slow)
        await page.route("**/assets/meeting-*.js", lambda route: route.abort())
        await page.get_by_label("E-mail").fill("visitor@example.com")
        await page.get_by_role("button", name="Sign in").click()
        form = page.get_by_test_id("upload")
        await form.locator("input[type=file]").set_input_files(recording)
        await form.get_by_role("button", name="Transcribe").click()
        sending = page.locator("header .sending")
        await expect(sending).to_be_visible()

        await page.get_by_role("button", name="Start meeting").click()
        await expect(page.get_by_test_id("problem")).to_contain_text("could not be loaded")
        await expect(page.get_by_role("button", name="Reload the page")).to_be_visible()
        await page.unroute("**/assets/meeting-*.js")
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_role("heading", name="New Recording Session")).to_be_visible()
        await expect(sending).to_be_visible()
        arrived.set()
        await expect(sending).to_have_count(0)
        await page.get_by_role("link", name="Intrascribe").click()
        await expect(page.get_by_test_id("session").filter(has_text="hall")).to_be_visible()
