"""The page stays true whatever order answers come in, and however late or old they are."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import AT_ONCE, OpenPage, record
from tests.browser.test_tasks_page import send
from tests.browser.test_transcript_page import LOOK, bring_meeting, sign_in
from tests.e2e.rooms import SENTENCES
from tests.platform_fixture import RunningPlatform

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

Answer = Callable[[Route], Awaitable[None]]
LIST = "**/api/v1/sessions?*"
VERSIONS = "**/api/v1/sessions/*/transcriptions"
TASKS = "**/api/v2/tasks?*"
TASK_EVENTS = "**/api/v2/tasks/*/events"


def until(event: asyncio.Event) -> Answer:
    """Lets a request through once something has happened."""

    async def held(route: Route) -> None:
        await event.wait()
        await route.continue_()

    return held


async def as_processing(route: Route) -> None:
    """Answers as if what is processed by now were still on its way."""
    answer = await route.fetch()
    told = await answer.json()
    for session in told if isinstance(told, list) else [told]:
        session["status"] = "processing"
    await route.fulfill(response=answer, json=told)


async def as_nothing(route: Route) -> None:
    await route.fulfill(json=[])


async def as_silence(route: Route) -> None:
    """Answers as before there were words."""
    answer = await route.fetch()
    await route.fulfill(response=answer, json=await answer.json() | {"segments": []})


async def test_an_answer_that_takes_longer_than_its_turn_is_waited_for(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    url, arrived, asked = platform.api_url, asyncio.Event(), 0

    async def slow(route: Route) -> None:
        nonlocal asked
        asked += 1
        await until(arrived)(route)

    async with open_page(f"{url}/app/") as page:
        headers = await sign_in(page, url, "patient@example.com")
        session_id = await bring_meeting(page.request, url, headers)
        await page.clock.install()
        await page.route("**/transcript?*", slow)
        async with page.expect_request("**/transcript?*"):
            await page.goto(f"{url}/app/#/sessions/{session_id}")
        await page.clock.fast_forward(21_000)
        arrived.set()
        await expect(page.get_by_test_id("caption")).to_have_count(2)
        assert asked == 1


async def test_work_that_ends_while_the_meetings_are_read_is_not_listed_as_going_on(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    url = platform.api_url
    async with open_page(f"{url}/app/") as page:
        headers = await sign_in(page, url, "lister@example.com")
        await bring_meeting(page.request, url, headers)
        await page.route(LIST, as_processing, times=1)
        await page.reload()
        session = page.get_by_test_id("session")
        await expect(session).to_have_count(1)
        status = session.get_by_test_id("session-status")
        await expect(status).to_have_attribute("data-status", "created", timeout=AT_ONCE)


async def test_nobody_is_told_that_nothing_was_said_while_a_transcript_arrives(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    """No task tells members of its end: versions may be read before it, and the session after it."""
    url, arrived = platform.api_url, asyncio.Event()
    async with open_page(f"{url}/app/") as page:
        headers = await sign_in(page, url, "reader@example.com")
        session_id = await bring_meeting(page.request, url, headers)
        await page.route(f"**/api/v1/sessions/{session_id}", as_processing, times=1)
        await page.route("**/realtime/sessions/*/transcription", as_silence)
        await page.route(TASKS, as_nothing)
        await page.route(VERSIONS, until(arrived))
        await page.route(VERSIONS, as_nothing, times=2)
        async with page.expect_response(VERSIONS):
            await page.goto(f"{url}/app/#/sessions/{session_id}")
        status = page.get_by_test_id("session-status")
        await expect(status).to_have_attribute("data-status", "processing")
        async with page.expect_request(lambda request: request.url.endswith("/transcriptions")):
            await page.evaluate(LOOK)
        await expect(status).not_to_have_attribute("data-status", "processing")
        await expect(page.get_by_test_id("transcript-empty")).to_have_count(0)
        arrived.set()
        await expect(page.get_by_test_id("caption")).to_have_count(2)


async def test_what_was_wished_of_a_recording_stays_when_it_could_not_be_sent(
    platform: RunningPlatform, open_page: OpenPage, tmp_path: Path
) -> None:
    recording = record(tmp_path / "hall.wav", silence_seconds=0.5, text="Good morning.")
    async with open_page(f"{platform.api_url}/app/") as page:
        await sign_in(page, platform.api_url, "sender@example.com")
        await page.route("**/transcriptions/batch", lambda route: route.abort(), times=1)
        form = page.get_by_test_id("upload")
        await form.locator("input[type=file]").set_input_files(recording)
        await form.get_by_label("Title").fill("The hall")
        await form.get_by_label("Spoken language").select_option("en-US")
        await form.get_by_role("button", name="Transcribe").click()
        await expect(form.get_by_test_id("problem")).to_be_visible()
        await expect(form.get_by_label("Title")).to_have_value("The hall")
        await expect(form.get_by_label("Spoken language")).to_have_value("en-US")
        await form.get_by_role("button", name="Transcribe").click()
        await expect(page.get_by_role("heading", name="The hall")).to_be_visible()


async def test_what_is_refused_late_of_an_earlier_sign_in_does_not_end_the_next_one(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    url, late = platform.api_url, asyncio.Event()

    async def refused(route: Route) -> None:
        await late.wait()
        await route.fulfill(status=401, json={"title": "Sign in", "status": 401})

    async with open_page(f"{url}/app/") as page:
        await sign_in(page, url, "earlier@example.com")
        await page.route("**/api/v1/sessions", refused)
        await page.get_by_role("button", name="Start meeting").click()
        await page.get_by_role("button", name="Sign out").click()
        await sign_in(page, url, "later@example.com")
        async with page.expect_response("**/api/v1/sessions"):
            late.set()
        # Once the page has been drawn anew, it has heard of it.
        await page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)))")
        await expect(page.get_by_test_id("account")).to_have_attribute("title", "later@example.com")


async def test_a_recording_is_heard_on_when_its_address_changes_and_work_begun_anew_is_no_failure(
    platform: RunningPlatform, open_page: OpenPage, tmp_path: Path
) -> None:
    url, told = platform.api_url, asyncio.Event()
    recording = record(tmp_path / "sentences.wav", silence_seconds=1, text=" ".join(SENTENCES))
    async with open_page(f"{url}/app/") as page:
        headers = await sign_in(page, url, "hearer@example.com")
        session_id = await send(page, url, headers, recording)
        await page.goto(f"{url}/app/#/sessions/{session_id}")
        await page.get_by_role("button", name="Stop").click()
        again = page.get_by_test_id("task-ended").get_by_role("button", name="Transcribe again")
        await expect(again).to_be_visible()

        await _is_heard_on(page)

        await page.route(TASK_EVENTS, until(told))
        async with page.expect_request(TASK_EVENTS):
            await again.click()
        status = page.get_by_test_id("session-status")
        await expect(status).to_have_attribute("data-status", "processing", timeout=AT_ONCE)
        await expect(again).to_have_count(0)
        told.set()
        await expect(page.get_by_test_id("caption").first).to_be_visible(timeout=40_000)


async def _is_heard_on(page: Page) -> None:
    player = page.locator("audio")
    await expect(player).not_to_have_js_property("readyState", 0)
    before = await player.get_attribute("src")

    async def under_another_address(route: Route) -> None:
        answer = await route.fetch()
        files = await answer.json()
        await route.fulfill(json=[each | {"public_url": f"{each['public_url']}&later=1"} for each in files])

    await page.route("**/audio_files", under_another_address)
    for _ in range(2):
        async with page.expect_response("**/audio_files"):
            await page.evaluate(LOOK)
    assert await player.get_attribute("src") == before
    await player.dispatch_event("error")
    await expect(player).to_have_attribute("src", f"{before}&later=1")


async def test_wishes_for_minutes_stay_when_these_fail_and_cannot_be_sent_twice_meanwhile(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    url, told, task = platform.api_url, asyncio.Event(), str(uuid4())
    progress = {"step": "completed", "percentage": 0, "description": ""}
    failed = {"task_id": task, "kind": "summarize", "status": "failed", "ready": True, "progress": progress}
    failed["error"] = "The model is away."

    async def fail(route: Route) -> None:
        await told.wait()
        await route.fulfill(
            content_type="text/event-stream", body=f"event: task\ndata: {json.dumps(failed)}\n\n"
        )

    async with open_page(f"{url}/app/") as page:
        headers = await sign_in(page, url, "wisher@example.com")
        session_id = await bring_meeting(page.request, url, headers)
        await page.route("**/ai-summary", lambda route: route.fulfill(status=202, json={"task_id": task}))
        await page.route(TASK_EVENTS, fail)
        await page.goto(f"{url}/app/#/sessions/{session_id}")
        form = page.get_by_test_id("minutes-form")
        await form.get_by_text("Wishes", exact=True).click()
        wishes = form.get_by_label("What matters to you")
        await wishes.fill("Mind the garden.")
        async with page.expect_request(TASK_EVENTS):
            await page.get_by_role("button", name="Make minutes").click()
        await expect(form).to_be_hidden()
        told.set()
        await expect(page.get_by_test_id("minutes-failed")).to_contain_text("The model is away.")
        await expect(wishes).to_be_visible()
        await expect(wishes).to_have_value("Mind the garden.")


async def test_a_meeting_that_could_not_be_read_on_entering_is_read_again(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    url = platform.api_url
    async with open_page(f"{url}/app/") as page:
        await sign_in(page, url, "entering@example.com")
        await page.route("**/api/v1/sessions/*", lambda route: route.fulfill(status=503, json={}), times=1)
        async with page.expect_response("**/api/v1/sessions/*"):
            await page.get_by_role("button", name="Start meeting").click()
        await page.evaluate(LOOK)
        await expect(page.get_by_test_id("invite-link")).to_be_visible()


async def test_who_came_after_a_page_was_opened_is_found_among_its_microphones(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    url, status = platform.api_url, "recording"
    known = [{"user_id": str(uuid4()), "name": "Ada", "shared": False}]

    async def with_status(route: Route) -> None:
        answer = await route.fetch()
        told = await answer.json() | {"status": status, "started_at": "2026-01-01T10:00:00Z"}
        await route.fulfill(response=answer, json=told)

    async def with_known(route: Route) -> None:
        await route.fulfill(json={"microphones": known})

    async with open_page(f"{url}/app/") as page:
        headers = await sign_in(page, url, "microphones@example.com")
        session_id = await bring_meeting(page.request, url, headers)
        await page.route(f"**/api/v1/sessions/{session_id}", with_status)
        await page.route("**/microphones", with_known)
        await page.goto(f"{url}/app/#/sessions/{session_id}")
        microphones = page.get_by_test_id("microphones")
        await microphones.locator("summary").click()
        await expect(microphones.get_by_role("checkbox")).to_have_count(1)
        status = "completed"
        known.append({"user_id": str(uuid4()), "name": "Grace", "shared": False})
        await page.evaluate(LOOK)
        await expect(microphones.get_by_label("Grace")).to_be_visible()
