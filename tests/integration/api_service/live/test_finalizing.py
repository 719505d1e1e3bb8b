"""Sessions end when nobody is left, and are said to be stored when they are."""

import asyncio

import pytest

from api_service.database import Connection
from tests.integration.api_service.live.meetings import Meeting, until
from tests.integration.api_service.live.members import Member, began, has_status
from tests.integration.api_service.live.rooms import visiting
from tests.servers import Servers

pytestmark = pytest.mark.integration


async def test_every_final_is_stored_when_the_reply_says_so(
    admin: Connection, meeting: Meeting, owner: Member
) -> None:
    await began(admin, meeting)
    await meeting.say(*(f"ann {n}.0-{n}.9 r0: line {n}" for n in range(200)))
    answer = (await owner.finalize(meeting)).json()
    assert len(await meeting.stored()) == 200
    result = answer["result"]
    assert answer["message"] == result["message"] == "Session finalized successfully"
    assert (result["total_segments"], result["word_count"]) == (200, 400)
    assert (result["transcription_saved"], result["finalized"]) == (True, True)
    assert (result["session_status"], await meeting.status()) == ("completed", "completed")
    assert 60 <= result["total_duration_seconds"] < 90
    assert answer["final_data"] == {
        "total_duration_seconds": result["total_duration_seconds"],
        "word_count": 400,
        "audio_file_path": None,
        "transcription_saved": True,
    }
    assert await meeting.events("session") == ["completed"]


async def test_what_is_being_said_is_waited_for(admin: Connection, meeting: Meeting, owner: Member) -> None:
    await began(admin, meeting)
    await meeting.say("agent listening", "ann 0.0-1.0 r0~ hel")
    ending = asyncio.create_task(owner.done(meeting))
    await asyncio.sleep(0.5)  # the agent recognises what was said last
    await meeting.say("ann 0.0-1.5 r1: hello there")
    assert (await ending)["word_count"] == 2


async def test_what_never_becomes_final_holds_nothing_up(
    admin: Connection, meeting: Meeting, owner: Member
) -> None:
    await began(admin, meeting)
    await meeting.say("ann 0.0-1.0 r0: hello", "bob 1.0-2.0 r0~ and th")
    assert (await owner.done(meeting))["total_segments"] == 1


async def test_finalizing_again_is_the_same_task_which_can_be_polled(
    admin: Connection, meeting: Meeting, owner: Member
) -> None:
    await began(admin, meeting)
    await meeting.say("ann 0.0-1.0 r0: hello")
    first = (await owner.finalize(meeting)).json()
    await meeting.say("ann 2.0-3.0 r0: late words")
    second = (await owner.finalize(meeting)).json()
    assert second["task_id"] == first["task_id"]
    assert second["result"]["total_duration_seconds"] == first["result"]["total_duration_seconds"]
    assert second["result"]["word_count"] == 3
    task = (await owner.send("GET", f"/api/v2/tasks/{first['task_id']}")).json()
    assert (task["status"], task["kind"], task["result"]) == ("success", "finalize", second["result"])


async def test_the_older_address_tells_the_status_of_the_session(
    admin: Connection, meeting: Meeting, owner: Member
) -> None:
    await began(admin, meeting)
    answer = (await owner.finalize(meeting, version="v1")).json()
    assert (answer["status"], answer["session_id"]) == ("completed", str(meeting.id))
    assert set(answer["final_data"]) >= {"total_duration_seconds", "word_count", "transcription_saved"}


async def test_a_session_in_which_nothing_was_said_does_not_claim_a_transcript(
    meeting: Meeting, owner: Member
) -> None:
    result = await owner.done(meeting)
    assert (result["transcription_saved"], result["total_segments"]) == (False, 0)
    assert (result["total_duration_seconds"], result["session_status"]) == (0, "completed")


TRANSCRIBING = """
    insert into public.jobs (user_id, session_id, kind, status, error, completed_at)
    select user_id, id, 'transcribe', %(status)s, case %(status)s when 'failed' then 'no words' end,
      case %(status)s when 'failed' then now() end
    from public.recording_sessions where id = %(session)s returning id
"""


@pytest.mark.parametrize("status", ["pending", "started"])
async def test_a_session_that_is_being_transcribed_completes_with_that(
    admin: Connection, meeting: Meeting, owner: Member, status: str
) -> None:
    job = await (await admin.execute(TRANSCRIBING, {"session": meeting.id, "status": status})).fetchone()
    await meeting.set_status("processing")
    answer = (await owner.finalize(meeting)).json()
    assert job
    assert (answer["success"], answer["status"], answer["task_id"]) == (True, status, str(job["id"]))
    assert (answer["result"]["finalized"], answer["result"]["session_status"]) == (False, "processing")
    assert "being transcribed" in answer["message"]
    assert (await owner.finalize(meeting, version="v1")).json()["status"] == "processing"
    assert await meeting.status() == "processing"
    assert await meeting.events("session") == []


async def test_a_session_whose_transcription_has_failed_says_so(
    admin: Connection, meeting: Meeting, owner: Member
) -> None:
    job = await (await admin.execute(TRANSCRIBING, {"session": meeting.id, "status": "failed"})).fetchone()
    await meeting.set_status("failed")
    answer = (await owner.finalize(meeting)).json()
    assert job
    assert (answer["success"], answer["status"], answer["task_id"]) == (False, "failed", str(job["id"]))
    assert (answer["result"]["finalized"], answer["result"]["session_status"]) == (False, "failed")
    assert await meeting.status() == "failed"


async def record(admin: Connection, meeting: Meeting, path: str) -> None:
    """A whole file of 12.5 seconds."""
    announced = await admin.execute(
        """
        insert into public.audio_files (session_id, user_id, original_filename, file_size_bytes)
        select id, user_id, 'a.wav', 1 from public.recording_sessions where id = %s returning id
        """,
        [meeting.id],
    )
    file = await announced.fetchone()
    assert file
    await admin.execute("select internal.reserve_object(%s)", [path])
    await admin.execute(
        """
        select internal.complete_audio_file(
          %s, %s, 'files', 1, repeat('0', 64), 12.5, 'wav', 'audio/wav', 16000, 1
        )
        """,
        [file["id"], path],
    )


async def duration_of(owner: Member, meeting: Meeting) -> object:
    session = (await owner.send("GET", f"/api/v1/sessions/{meeting.id}")).json()
    return session["duration_seconds"]


async def test_a_session_that_never_met_lasted_as_long_as_what_was_posted(
    meeting: Meeting, owner: Member
) -> None:
    await meeting.say("ann 0.0-1.0 r0: hello", "ann 2.0-7.5 r0: goodbye")
    assert (await owner.done(meeting))["total_duration_seconds"] == 7.5
    assert await duration_of(owner, meeting) == 7.5
    await meeting.say("ann 8.0-9.0 r0: one thing more")
    await owner.done(meeting)
    assert await duration_of(owner, meeting) == 9.0


@pytest.mark.parametrize("ended", ["finalized", "completed", "cancelled"])
async def test_nobody_knows_how_long_a_session_was_that_never_met_until_its_recording_comes(
    admin: Connection, meeting: Meeting, owner: Member, ended: str
) -> None:
    if ended == "finalized":
        await owner.done(meeting)
    else:
        (await owner.send("PUT", f"/api/v1/sessions/{meeting.id}", {"status": ended})).raise_for_status()
    assert await duration_of(owner, meeting) is None
    await record(admin, meeting, f"audio/{meeting.id}")
    assert await duration_of(owner, meeting) == 12.5


async def test_the_best_recording_is_named(admin: Connection, meeting: Meeting, owner: Member) -> None:
    assert (await owner.finalize(meeting)).json()["final_data"]["audio_file_path"] is None
    await record(admin, meeting, f"audio/{meeting.id}")
    answer = (await owner.finalize(meeting)).json()
    assert answer["final_data"]["audio_file_path"] == f"audio/{meeting.id}"


@pytest.mark.parametrize("status", ["archived", "cancelled"])
async def test_what_is_over_for_good_stays_so(
    admin: Connection, meeting: Meeting, owner: Member, status: str
) -> None:
    await admin.execute(
        "update public.recording_sessions set status = %s where id = %s", [status, meeting.id]
    )
    assert (await owner.done(meeting))["session_status"] == status


async def test_a_lost_connection_of_one_does_not_end_the_meeting_of_others(
    servers: Servers, admin: Connection, meeting: Meeting, owner: Member, guest: Member
) -> None:
    await began(admin, meeting)
    async with visiting(servers, meeting.id, guest.identity):
        result = await owner.done(meeting)
        assert (result["finalized"], result["session_status"]) == (False, "recording")
        assert result["message"] == "The session goes on: people are still in its room"
        assert 60 <= float(str(result["total_duration_seconds"])) < 90
        assert await meeting.status() == "recording"
    assert (await guest.done(meeting))["finalized"] is True
    assert await meeting.status() == "completed"


async def test_a_client_may_finalize_sooner_than_the_server_sees_it_leave(
    servers: Servers, meeting: Meeting, owner: Member
) -> None:
    async with visiting(servers, meeting.id, owner.identity):
        await until(lambda: has_status(meeting, "recording"))
        ending = asyncio.create_task(owner.done(meeting))
        await asyncio.sleep(0.3)
    assert (await ending)["finalized"] is True


async def test_a_second_tab_keeps_the_session_open(servers: Servers, meeting: Meeting, owner: Member) -> None:
    async with visiting(servers, meeting.id, owner.identity):
        await until(lambda: has_status(meeting, "recording"))
        assert (await owner.done(meeting))["finalized"] is False


async def test_a_finalized_session_goes_on_when_somebody_returns(
    servers: Servers, admin: Connection, meeting: Meeting, owner: Member
) -> None:
    await began(admin, meeting)
    assert (await owner.done(meeting))["finalized"] is True
    async with visiting(servers, meeting.id, owner.identity):
        await until(lambda: has_status(meeting, "recording"))


async def test_while_captions_cannot_be_stored_nobody_is_told_that_they_are(
    admin: Connection, meeting: Meeting, owner: Member
) -> None:
    await began(admin, meeting)
    async with admin.transaction():
        await admin.execute("lock table public.transcript_segments in share mode")
        await meeting.say("ann 0.0-1.0 r0: hello")
        answer = await owner.finalize(meeting)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]
    assert (await owner.done(meeting))["total_segments"] == 1


async def test_only_members_finalize(meeting: Meeting, stranger: Member) -> None:
    for version in ("v1", "v2"):
        answer = await stranger.finalize(meeting, version=version)
        assert (answer.status_code, answer.json()["code"]) == (404, "session-not-found")
    assert await meeting.status() == "created"


@pytest.mark.parametrize("prefix", ["", "intrascribe_room_"])
async def test_the_status_tells_what_is_stored(
    admin: Connection, meeting: Meeting, owner: Member, prefix: str
) -> None:
    await began(admin, meeting)
    await meeting.say("ann 0.0-1.0 r0: hello", "bob 1.0-2.0 r0: hi")
    await until(meeting.all_settled)
    answer = (await owner.send("GET", f"/api/v2/sessions/{prefix}{meeting.id}/status")).json()
    assert set(answer) == {"success", "message", "timestamp", "data"}
    data = answer["data"]
    assert (data["id"], data["title"], data["language"]) == (str(meeting.id), "Weekly", "en-US")
    assert (data["redis_transcription_segments"], data["redis_audio_segments"]) == (2, 0)
    assert (data["status"], data["is_finalized"]) == ("recording", False)
    assert data["redis_state"]["agent"] == "absent"
    await owner.done(meeting)
    after = (await owner.send("GET", f"/api/v2/sessions/{prefix}{meeting.id}/status")).json()["data"]
    assert (after["status"], after["is_finalized"]) == ("completed", True)
