"""What people correct in a meeting that goes on: everybody sees it, and recognition does not take it back."""

from pathlib import Path

import httpx
import pytest

from api_service.livekit.tokens import new_identity
from shared.contracts.captions import FIRST_HUMAN_REVISION, Caption
from tests.api_service.realtime.scripts import said
from tests.integration.api_service.live.meetings import Meeting, Meetings, until
from tests.integration.api_service.live.proxies import plugged
from tests.integration.api_service.live.serving import Api, serving
from tests.servers import Servers

pytestmark = pytest.mark.integration


async def patch(
    api: Api, meeting: Meeting, headers: dict[str, str], segment_id: str, body: object
) -> httpx.Response:
    address = f"/api/v1/sessions/{meeting.id}/transcript/segments/{segment_id}"
    return await api.http.patch(address, json=body, headers=headers)


async def rename(
    api: Api, meeting: Meeting, headers: dict[str, str], old: str, new: str, **more: str
) -> None:
    address = f"/api/v1/sessions/{meeting.id}/rename-speaker"
    body = {"oldSpeaker": old, "newSpeaker": new} | more
    (await api.http.post(address, json=body, headers=headers)).raise_for_status()


async def live(api: Api, meeting: Meeting, headers: dict[str, str]) -> list[str]:
    """The live transcript, which is read from the database and from the stream."""
    answer = await api.http.get(f"/api/v1/realtime/sessions/{meeting.id}/transcription", headers=headers)
    return [f"{each['speaker']}: {each['text']}" for each in answer.json()["segments"]]


async def test_followers_see_an_edit_as_a_caption_of_a_higher_revision(api: Api, meeting: Meeting) -> None:
    headers = await api.sign_in(meeting)
    positions = await meeting.say("ann 0.0-1.0 r3: helo", "bob 1.0-2.0 r0: hi")
    await until(meeting.all_settled)
    async with api.listening(meeting, headers, after=positions[-1]) as events:
        edited = await patch(api, meeting, headers, "TR_ann-0", {"text": "Hello", "speaker": "Anna"})
        assert edited.status_code == 200
        told = await events.next()
    assert told
    assert (told.kind, told.data["revision"], told.data["is_final"]) == (
        "caption",
        FIRST_HUMAN_REVISION,
        True,
    )
    assert (told.data["text"], told.data["speaker"]) == ("Hello", "Anna")
    assert await live(api, meeting, headers) == ["Anna: Hello", "Bob: hi"]
    await until(meeting.all_settled)
    assert await meeting.stored() == ["Anna: Hello", "Bob: hi"]


async def test_recognition_never_overwrites_what_a_person_wrote(api: Api, meeting: Meeting) -> None:
    headers = await api.sign_in(meeting)
    await meeting.say("ann 0.0-1.0 r3: helo")
    await until(meeting.all_settled)
    await patch(api, meeting, headers, "TR_ann-0", {"text": "Hello"})
    await meeting.say("ann 0.0-1.0 r4: hell oh", "ann 0.0-1.0 r99: second pass")
    await until(meeting.all_settled)
    assert await meeting.stored() == ["Ann: Hello"]
    assert await live(api, meeting, headers) == ["Ann: Hello"]


async def test_a_renamed_speaker_keeps_the_name_in_what_is_said_later(api: Api, meeting: Meeting) -> None:
    headers = await api.sign_in(meeting)
    positions = await meeting.say("ann 0.0-1.0 r0: one", "bob 1.0-2.0 r0: two")
    await until(meeting.all_settled)
    async with api.listening(meeting, headers, after=positions[-1]) as events:
        await rename(api, meeting, headers, "Ann", "Anna")
        await meeting.say("ann 2.0-3.0 r0~ thr", "ann 2.0-3.0 r1: three")
        told = await events.take(3)
    assert (told[0].kind, told[0].data) == (
        "speaker",
        {"old_speaker": "Ann", "new_speaker": "Anna", "segment_ids": None},
    )
    assert [(each.kind, each.data["speaker"]) for each in told[1:]] == [
        ("caption", "Anna"),
        ("caption", "Anna"),
    ]
    assert await live(api, meeting, headers) == ["Anna: one", "Bob: two", "Anna: three"]
    await until(meeting.all_settled)
    assert await meeting.stored() == ["Anna: one", "Bob: two", "Anna: three"]


async def test_speakers_who_were_made_one_are_taken_apart_for_followers_too(
    api: Api, meeting: Meeting
) -> None:
    headers = await api.sign_in(meeting)
    positions = await meeting.say("ann 0.0-1.0 r0: one", "bob 1.0-2.0 r0: two")
    await until(meeting.all_settled)
    async with api.listening(meeting, headers, after=positions[-1]) as events:
        await rename(api, meeting, headers, "Ann", "Bob")
        await rename(api, meeting, headers, "Bob", "Ann", spokenAs="Ann")
        told = await events.take(2)
    assert told[1].data == {"old_speaker": "Bob", "new_speaker": "Ann", "segment_ids": ["TR_ann-0"]}
    await meeting.say("ann 2.0-3.0 r0: three")
    await until(meeting.all_settled)
    assert await meeting.stored() == ["Ann: one", "Bob: two", "Ann: three"]
    assert await live(api, meeting, headers) == ["Ann: one", "Bob: two", "Ann: three"]


async def test_participants_correct_their_own_words_and_no_name(
    api: Api, meetings: Meetings, meeting: Meeting
) -> None:
    owner = await api.sign_in(meeting)
    guest_id, email = await meetings.account()
    guest = await api.sign_in_as(email)
    code = (await api.http.get(f"/api/v1/sessions/{meeting.id}", headers=owner)).json()["invite_code"]
    await api.http.post("/api/v1/sessions/join", json={"invite_code": code}, headers=guest)
    own = said("ann 0.0-1.0 r0: mine", session_id=meeting.id)
    await meeting.write(Caption.model_validate(dict(own) | {"participant_identity": new_identity(guest_id)}))
    await meeting.say("bob 1.0-2.0 r0: not mine")
    await until(meeting.all_settled)
    assert (await patch(api, meeting, guest, "TR_ann-0", {"text": "Mine"})).status_code == 200
    for segment_id, body in (("TR_ann-0", {"speaker": "Bob"}), ("TR_bob-1000", {"text": "forged"})):
        refused = await patch(api, meeting, guest, segment_id, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-yours-to-change")
    assert await meeting.stored() == ["Ann: Mine", "Bob: not mine"]


async def test_a_live_session_exports_what_is_stored_so_far(api: Api, meeting: Meeting) -> None:
    headers = await api.sign_in(meeting)
    await meeting.say("ann 0.0-1.0 r0: hello", "bob 1.0-2.0 r0~ not y")
    await until(meeting.all_settled)
    address = f"/api/v1/sessions/{meeting.id}/export"
    answer = await api.http.get(address, headers=headers, params={"format": "srt"})
    assert answer.text == "1\n00:00:00,000 --> 00:00:01,000\nAnn: hello\n\n"


async def test_without_redis_an_edit_is_stored_all_the_same(
    servers: Servers, meeting: Meeting, tmp_path: Path
) -> None:
    async with (
        plugged(servers.redis_url) as plug,
        serving(servers, tmp_path, redis_url=plug.url) as api,
    ):
        headers = await api.sign_in(meeting)
        await meeting.say("ann 0.0-1.0 r0: helo")
        await until(meeting.all_settled)
        await plug.unplug()
        assert (await patch(api, meeting, headers, "TR_ann-0", {"text": "Hello"})).status_code == 200
        await rename(api, meeting, headers, "Ann", "Anna")
        assert await meeting.stored() == ["Anna: Hello"]
        await plug.plug_in()
