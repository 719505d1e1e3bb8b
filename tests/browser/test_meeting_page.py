"""The page in a browser, in a meeting with somebody else, on the running platform."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import jiwer
import pytest
from livekit.api import DeleteRoomRequest, LiveKitAPI
from playwright.async_api import Page, expect

from embedded import credentials
from embedded.demo.client import TranscriptSegment
from embedded.demo.measure import words
from embedded.layout import Layout
from tests.browser.conftest import REFUSING, OpenPage, record, speaking
from tests.browser.line import line_to
from tests.e2e.rooms import PICO, Guest, Room, room
from tests.platform_fixture import RunningPlatform

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

ANNA_SAYS = "Good morning everybody. I would like to talk about the garden and the old apple tree."
BEN_SAYS = "The weather will be dry next week, and we can paint the wooden fence."
MEANWHILE = "The train to the coast leaves at nine in the morning."

SPOIL_THE_TOKEN = """() => {
    const account = JSON.parse(sessionStorage.getItem("intrascribe-account"));
    sessionStorage.setItem("intrascribe-account", JSON.stringify({ ...account, token: "spoiled" }));
}"""

_PATIENCE = 20_000
"""Milliseconds: the machine may be busy."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A caption as it stands on the page."""

    segment_id: str
    speaker: str
    text: str


async def shown(page: Page) -> list[Shown]:
    """All final captions on the page, in their order."""
    captions = await page.get_by_test_id("caption").evaluate_all(
        """all => all.filter(each => each.dataset.final === "true")
            .map(each => [each.dataset.segment, each.dataset.speaker, each.textContent])"""
    )
    return [Shown(*caption) for caption in captions]


def as_shown(segments: list[TranscriptSegment]) -> list[Shown]:
    return [Shown(each.segment_id, each.speaker, each.text) for each in segments if each.text]


async def heard(page: Page, speaker: str, said: str, *, after: Collection[str] = ()) -> None:
    """Wait until the page shows what a speaker said under the right name, one word in five forgiven.

    Segments named in `after` are what was said before.
    """
    error = 1.0
    for _ in range(_PATIENCE // 200):
        new = [each for each in await shown(page) if each.segment_id not in after]
        text = words(" ".join(each.text for each in new if each.speaker == speaker))
        error = jiwer.wer(words(said), text)
        if error <= 0.2:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"of what {speaker} said, {error:.0%} is wrong on the page")


async def shows_all(page: Page, guest: Guest) -> None:
    """Wait until the page shows every final that the API has, and no other."""
    seen, known = await shown(page), as_shown((await guest.transcript()).finals)
    for _ in range(_PATIENCE // 200):
        if seen == known:
            return
        await asyncio.sleep(0.2)
        seen, known = await shown(page), as_shown((await guest.transcript()).finals)
    assert seen == known


async def join(page: Page, *, name: str, button: str) -> None:
    """Follow the invitation: sign in, and enter the room."""
    await page.get_by_label("Your name").fill(name)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name=button).click()
    await expect(page.get_by_test_id("meeting")).to_have_attribute(
        "data-state", "connected", timeout=_PATIENCE
    )


def invitation(url: str, opened: Room, email: str) -> str:
    return f"{url}/app/?join={opened.invite_code}&email={email}"


async def an_agent_hears(guest: Guest) -> None:
    """Speak until there is a caption. That somebody has subscribed says nothing: the page does, too."""
    for _ in range(5):
        await guest.say(BEN_SAYS)
        with suppress(TimeoutError):
            await guest.sees(lambda each: bool(each.finals), seconds=3)
            return
    raise AssertionError("no agent captions what is said in this room")


async def close(platform: RunningPlatform, opened: Room) -> None:
    """End the room as its server's own tools do: everybody in it is put out."""
    keys = credentials.load(Layout(platform.state).secrets)
    way_in = await opened.host.connection(opened.session_id)
    async with LiveKitAPI(way_in.server_url, keys.livekit_api_key, keys.livekit_api_secret) as livekit:
        await livekit.room.delete_room(DeleteRoomRequest(room=way_in.room_name))


async def test_a_meeting_is_captioned_for_those_who_speak_and_kept_for_later(
    platform: RunningPlatform, open_page: OpenPage, tmp_path: Path
) -> None:
    recording = record(tmp_path / "anna.wav", silence_seconds=6, text=ANNA_SAYS)
    async with room(platform.api_url, "The garden") as opened:
        ben = await opened.enter("Ben")
        await opened.listening()
        await ben.switch_on()
        address = invitation(platform.api_url, opened, "anna@example.com")
        async with open_page(address, *speaking(recording)) as page:
            await join(page, name="Anna", button="Join with microphone")
            people = page.get_by_test_id("person")
            await expect(people).to_have_count(2)
            await expect(people.filter(has_text="Ben")).to_be_visible()
            await expect(page.get_by_test_id("agent")).to_have_attribute("data-state", "listening")
            await expect(page.get_by_test_id("recording")).to_have_attribute("data-state", "on")
            await heard(page, "Anna", ANNA_SAYS)
            await ben.say(BEN_SAYS, PICO)
            await heard(page, "Ben", BEN_SAYS)

            await page.get_by_role("button", name="Mute", exact=True).click()
            await expect(page.locator("[data-final=false]")).to_have_count(0)
            before = await shown(page)
            await page.reload()
            await expect(page.get_by_test_id("meeting")).to_have_attribute("data-state", "connected")
            await expect(page.get_by_test_id("caption")).to_have_count(len(before))
            assert await shown(page) == before
            await expect(page.get_by_role("button", name="Unmute")).to_be_enabled()

            await page.get_by_role("button", name="Leave").click()
            await expect(page.get_by_test_id("transcript")).to_be_visible()
            kept = as_shown((await ben.transcript()).finals)
            await expect(page.get_by_test_id("caption")).to_have_count(len(kept))
            assert await shown(page) == kept == before

            await ben.leave()
            await opened.host.finalize(opened.session_id)
            await expect(page.get_by_test_id("playback")).to_be_visible(timeout=60_000)
            await page.locator(".time-play").last.click()
            player = page.locator("audio")
            await expect(player).to_have_js_property("paused", False, timeout=_PATIENCE)
            assert await player.evaluate("player => player.currentTime") > 0.5

            await page.get_by_test_id("microphones").locator("summary").click()
            shared = page.get_by_label("Several people share the microphone of")
            await shared.click()
            await expect(shared).to_be_checked()


async def test_a_page_whose_line_was_cut_catches_up_without_gap_or_double(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    async with room(platform.api_url, "The coast") as opened, line_to(platform.api_url) as (line, near_end):
        ben = await opened.enter("Ben")
        await opened.listening()
        await ben.switch_on()
        async with open_page(invitation(near_end, opened, "olga@example.com")) as page:
            await join(page, name="Olga", button="Just listen")
            await ben.say(BEN_SAYS)
            await heard(page, "Ben", BEN_SAYS)
            line.cut()
            connection = page.get_by_test_id("connection")
            await expect(connection).to_have_attribute("data-state", "reconnecting")
            before = await shown(page)
            await ben.say(MEANWHILE)
            await ben.sees(lambda seen: len(seen.finals) > len(before))
            assert await shown(page) == before
            line.mend()
            await heard(page, "Ben", f"{BEN_SAYS} {MEANWHILE}")
            await expect(connection).to_have_attribute("data-state", "live")
            await shows_all(page, ben)


async def test_who_was_put_out_with_the_room_comes_back_into_a_new_one(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    async with (
        room(platform.api_url, "The second half") as opened,
        open_page(invitation(platform.api_url, opened, "rosa@example.com")) as page,
    ):
        await join(page, name="Rosa", button="Just listen")
        ben = await opened.enter("Ben")
        await ben.switch_on()
        await close(platform, opened)
        again = page.get_by_role("button", name="Join again")
        await expect(again).to_be_focused(timeout=_PATIENCE)
        await again.press("Enter")
        meeting = page.get_by_test_id("meeting")
        await expect(meeting).to_have_attribute("data-state", "connected", timeout=_PATIENCE)
        ben = await opened.enter("Ben", account=ben.account)
        await ben.switch_on()
        await an_agent_hears(ben)
        before = {each.segment_id for each in ben.finals}
        await ben.say(MEANWHILE)
        await heard(page, "Ben", MEANWHILE, after=before)
        await expect(page.get_by_test_id("disconnected")).to_have_count(0)


async def test_without_a_microphone_one_can_still_listen(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    async with room(platform.api_url, "The fence") as opened:
        ben = await opened.enter("Ben")
        await opened.listening()
        await ben.switch_on()
        async with open_page(invitation(platform.api_url, opened, "lena@example.com"), *REFUSING) as page:
            await join(page, name="Lena", button="Join with microphone")
            await expect(page.get_by_text("does not let this page use the microphone")).to_be_visible()
            await expect(page.get_by_role("button", name="Unmute")).to_be_enabled()
            await ben.say(MEANWHILE)
            await heard(page, "Ben", MEANWHILE)


async def test_a_token_that_is_refused_leads_to_sign_in_and_back_to_the_same_place(
    platform: RunningPlatform, open_page: OpenPage
) -> None:
    async with (
        room(platform.api_url, "The old apple tree") as opened,
        open_page(invitation(platform.api_url, opened, "vera@example.com")) as page,
    ):
        heading = page.get_by_role("heading", name="The old apple tree")
        await page.get_by_role("button", name="Sign in").click()
        await expect(heading).to_be_visible()
        await page.evaluate(SPOIL_THE_TOKEN)
        await page.reload()
        await expect(page.get_by_text("Your sign-in has expired")).to_be_visible()
        await page.get_by_label("E-mail").fill("vera@example.com")
        await page.get_by_role("button", name="Sign in").click()
        await expect(heading).to_be_visible()


async def test_a_wrong_invitation_is_said_in_words(platform: RunningPlatform, open_page: OpenPage) -> None:
    async with open_page(f"{platform.api_url}/app/?join=nonsense&email=vera@example.com") as page:
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_test_id("problem")).to_be_visible()
        await page.get_by_role("link", name="All meetings").click()
        await expect(page.get_by_role("heading", name="My meetings")).to_be_visible()
