"""Recordings in a browser: sent, transcribed, summed up, and corrected by people."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import APIRequestContext, Page, Route, expect

from embedded.demo.measure import word_error_rate
from tests.browser.conftest import OpenPage, record
from tests.platform_fixture import RunningPlatform

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SPOKEN = (
    "Let us talk about the garden show. "
    "We decided to open the garden on Friday. "
    "I will send the invitations on Monday. "
    "Who brings the chairs?"
)
SEGMENTS: list[dict[str, str | float]] = [
    {
        "segment_id": "one",
        "speaker": "Ada",
        "start_time": 0,
        "end_time": 2,
        "text": "The green house is old.",
    },
    {
        "segment_id": "two",
        "speaker": "Ada",
        "start_time": 3,
        "end_time": 5,
        "text": "I can order it on Monday.",
    },
]
THEIRS = "I order it now."
AGAIN: list[dict[str, str | float]] = [
    {"segment_id": "a", "speaker": "Ada", "start_time": 0, "end_time": 2.4, "text": "The green hose is old."},
    {"segment_id": "b", "speaker": "Ada", "start_time": 3, "end_time": 5, "text": "I can order it Monday."},
]
LOOK = "() => document.dispatchEvent(new Event('visibilitychange'))"
"""As if somebody came back to the page, which then asks for what is new."""

_PATIENCE = 30_000
"""Milliseconds: the machine may be busy."""


async def sign_in(page: Page, url: str, email: str) -> dict[str, str]:
    """Sign the page in, and return the headers of a program of the same account."""
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_test_id("account")).to_be_visible()
    signed_in = await page.request.post(f"{url}/api/v1/auth/development-token", data={"email": email})
    return {"authorization": f"Bearer {(await signed_in.json())['access_token']}"}


async def bring_meeting(request: APIRequestContext, url: str, headers: dict[str, str]) -> str:
    """Store a meeting with a transcript, as a program would; returns its id."""
    created = await request.post(f"{url}/api/v1/sessions", data={"title": "Garden"}, headers=headers)
    session_id: str = (await created.json())["id"]
    await bring_version(request, url, headers, session_id, SEGMENTS)
    return session_id


async def bring_version(
    request: APIRequestContext,
    url: str,
    headers: dict[str, str],
    session_id: str,
    segments: list[dict[str, str | float]],
) -> None:
    """Let this be the session's transcript."""
    brought = {"session_id": session_id, "language": "en", "segments": segments}
    stored = await request.post(f"{url}/api/v1/transcriptions", data=brought, headers=headers)
    assert stored.ok, await stored.text()


async def change_last(request: APIRequestContext, path: str, headers: dict[str, str], text: str) -> None:
    """Correct the last segment of a transcript, as somebody else would."""
    transcript = await (await request.get(path, headers=headers)).json()
    last = transcript["segments"][-1]["segment_id"]
    changed = await request.patch(f"{path}/segments/{last}", data={"text": text}, headers=headers)
    assert changed.ok, await changed.text()


async def test_a_recording_becomes_a_transcript_and_minutes_that_lead_to_what_was_said(
    platform: RunningPlatform, open_page: OpenPage, tmp_path: Path
) -> None:
    recording = record(tmp_path / "garden show.wav", silence_seconds=1, text=SPOKEN)
    nonsense = tmp_path / "letter.wav"
    nonsense.write_text("Dear Ada, no sound is in here.")
    async with open_page(f"{platform.api_url}/app/") as page:
        await sign_in(page, platform.api_url, "sender@example.com")
        await _send(page, nonsense)
        await expect(page.get_by_test_id("problem")).to_contain_text("Choose an audio or video file")

        await _send(page, recording)
        await expect(page.get_by_role("heading", name="garden show")).to_be_visible()
        # Who comes back finds the work going on.
        await page.reload()
        await expect(page.get_by_test_id("caption").first).to_be_visible(timeout=_PATIENCE)
        shown = " ".join(await page.get_by_test_id("caption").all_text_contents())
        assert word_error_rate({"": SPOKEN}, {"": shown}) <= 0.2
        await expect(page.get_by_test_id("session-status")).to_have_attribute("data-status", "completed")
        await expect(page.get_by_test_id("playback")).to_be_visible()

        await _make_minutes(page)
        await _follow_a_decision(page, "Friday")
        await _transcribe_again_and_return(page)


async def _send(page: Page, file: Path) -> None:
    form = page.get_by_test_id("upload")
    await form.locator("input[type=file]").set_input_files(file)
    await form.get_by_label("Spoken language").select_option("en-US")
    await form.get_by_role("button", name="Transcribe").click()


async def _make_minutes(page: Page) -> None:
    """With wishes in another language, which quotations do not follow."""
    form = page.get_by_test_id("minutes-form")
    await form.get_by_text("Wishes", exact=True).click()
    await form.get_by_label("What matters to you").fill("Mind the garden.")
    await form.get_by_label("Language of the minutes").select_option("de-DE")
    await page.get_by_role("button", name="Make minutes").click()
    origin = page.get_by_test_id("minutes-origin")
    await expect(origin).to_have_attribute("data-origin", "extracted", timeout=_PATIENCE)


async def _follow_a_decision(page: Page, word: str) -> None:
    """Its evidence leads to the words, which are played."""
    decisions = page.get_by_test_id("minutes-decisions")
    await expect(decisions.get_by_test_id("minutes-notice")).to_contain_text("to be confirmed")
    await decisions.locator("li", has_text=word).get_by_test_id("evidence").click()
    marked = page.locator("[data-marked=true]")
    await expect(marked).to_contain_text(word)
    await expect(marked).to_be_focused()
    await expect(marked).to_be_in_viewport()
    player = page.locator("audio")
    await expect(player).to_have_js_property("paused", False)
    assert await player.evaluate("player => player.currentTime") > 0.5


async def _transcribe_again_and_return(page: Page) -> None:
    await page.get_by_test_id("versions").locator("summary").click()
    await page.get_by_role("button", name="Transcribe again").click()
    await expect(page.get_by_test_id("version")).to_have_count(2, timeout=_PATIENCE)
    first = page.get_by_test_id("version").last
    await expect(first).to_have_attribute("data-current", "false")
    await first.get_by_role("button", name="Use this one").click()
    await expect(first).to_have_attribute("data-current", "true")


async def test_words_are_corrected_by_keyboard_and_nobody_overwrites_anybody(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    url = platform.api_url
    async with open_page(f"{url}/app/") as page:
        headers = await sign_in(page, url, "editor@example.com")
        session_id = await bring_meeting(page.request, url, headers)
        await page.goto(f"{url}/app/#/sessions/{session_id}")
        first, second = page.get_by_test_id("caption").first, page.get_by_test_id("caption").last
        editor = page.get_by_test_id("editor")

        await page.get_by_role("button", name="Correct “The green house").press("Enter")
        await page.get_by_label("What was said").fill("The greenhouse is old.")
        await page.keyboard.press("Enter")
        await expect(first).to_have_text("The greenhouse is old.")
        await page.get_by_role("button", name="Undo").click()
        await expect(first).to_have_text("The green house is old.")

        await second.dblclick()
        await page.get_by_label("Who said it").fill("Grace")
        await change_last(page.request, f"{url}/api/v1/sessions/{session_id}/transcript", headers, THEIRS)
        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(page.get_by_test_id("conflict")).to_contain_text(THEIRS)
        await page.get_by_role("button", name="Save mine instead").click()
        await expect(editor).to_have_count(0)
        await expect(second).to_have_attribute("data-speaker", "Grace")
        await expect(second).to_have_text("I can order it on Monday.")

        await second.dblclick()
        await page.get_by_role("button", name="History").click()
        await expect(page.get_by_test_id("history").locator("li")).to_have_count(3)
        await (
            page.get_by_test_id("history")
            .locator("li", has_text=THEIRS)
            .get_by_role("button", name="Restore")
            .click()
        )
        await expect(second).to_have_text(THEIRS)
        await expect(second).to_have_attribute("data-speaker", "Ada")


async def test_what_is_being_written_outlives_the_version_the_place_and_the_line(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    url = platform.api_url
    async with open_page(f"{url}/app/") as page:
        headers = await sign_in(page, url, "writer@example.com")
        session_id = await bring_meeting(page.request, url, headers)
        await page.goto(f"{url}/app/#/sessions/{session_id}")
        editor, words = page.get_by_test_id("editor"), page.get_by_label("What was said")
        await page.get_by_test_id("caption").first.dblclick()
        await words.fill("The greenhouse")

        await bring_version(page.request, url, headers, session_id, AGAIN)
        await page.evaluate(LOOK)
        await expect(page.get_by_test_id("conflict")).to_contain_text("The green hose is old.")
        await expect(words).to_be_focused()
        await page.keyboard.type(" is old.")

        async with page.expect_event("dialog") as asked:
            leaving = asyncio.ensure_future(page.evaluate("() => location.reload()"))
        dialog = await asked.value
        assert dialog.type == "beforeunload"
        await dialog.dismiss()
        await leaving
        await page.get_by_role("link", name="All meetings").click()
        await page.get_by_role("link", name="Unsaved corrections").click()
        await expect(words).to_have_value("The greenhouse is old.")

        async with lost_on_the_way(page, "PATCH"):
            await page.get_by_role("button", name="Save mine instead").click()
            await expect(page.locator("[data-saving=true]")).to_have_text("The greenhouse is old.")
        await expect(editor.get_by_test_id("problem")).to_contain_text("cannot be reached")
        await expect(words).to_have_value("The greenhouse is old.")
        await words.press("Enter")
        await expect(editor).to_have_count(0)
        await expect(page.get_by_role("button", name="Correct “The greenhouse is old.”")).to_be_focused()
        await expect(page.get_by_role("button", name="Undo")).to_be_visible()
        transcript = await page.request.get(f"{url}/api/v1/sessions/{session_id}/transcript", headers=headers)
        assert (await transcript.json())["segments"][0]["text"] == "The greenhouse is old."

        await page.get_by_test_id("caption").last.dblclick()
        await words.fill("I can order it by Monday.")
        await bring_version(page.request, url, headers, session_id, SEGMENTS)
        await words.press("Enter")
        await expect(page.get_by_test_id("conflict")).to_contain_text("I can order it on Monday.")
        await expect(words).to_have_value("I can order it by Monday.")
        await page.get_by_role("button", name="Leave it so").click()
        await expect(page.get_by_test_id("caption")).to_have_count(2)


@asynccontextmanager
async def lost_on_the_way(page: Page, method: str) -> AsyncIterator[None]:
    """A request of this method gets nowhere, and at the end its connection breaks."""
    over, broken = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method != method:
            await route.continue_()
            return
        await over.wait()
        await route.abort()
        broken.set()

    await page.route("**/api/**", hold)
    yield
    over.set()
    await broken.wait()
    await page.unroute("**/api/**", hold)
