"""Has the recording of a session transcribed once more."""

from uuid import UUID

from pydantic import JsonValue

from api_service.audio import repository as audio
from api_service.audio.service import AudioFileNotFound
from api_service.jobs import repository as jobs
from api_service.recordings.posted import posted_name
from api_service.runtime import Caller
from api_service.sessions import service
from api_service.sessions.retranscribing_schemas import RetranscriptionOptions
from api_service.sessions.service import SessionNotFound
from api_service.tasks import service as tasks
from api_service.transcribing.channels import ensure_few_channels
from shared.errors import Conflict


class NoRecording(Conflict):
    code, title = "no-recording", "There is nothing to transcribe again"


async def retranscribe(caller: Caller, session_id: UUID, asked: RetranscriptionOptions) -> UUID:
    """Queue it and return the job; the same one while it is not over and asked for in the same way.

    What is there stays as it is until a new version is complete. A recorded meeting is heard again voice by
    voice, unless a file is named. Raises SessionNotFound, NotOwner, NoRecording, AudioFileNotFound,
    TooManyChannels and TooManyTasks.
    """
    await service.owned(caller, session_id)
    files = await audio.whole(caller.connection, session_id, user_id=caller.user.id)
    if not files:
        raise NoRecording("This session has no audio file. Upload a recording of it first")
    file = next((each for each in files if asked.audio_file_id in (None, each.id)), None)
    if file is None:
        raise AudioFileNotFound("This session has no such file")
    voices = [each.participant_identity for each in files if each.participant_identity is not None]
    is_met = any(posted_name(voice) is None for voice in voices)
    if file.kind == "mix" and is_met and asked.audio_file_id is None:
        again: dict[str, JsonValue] = {"language": asked.language, "is_chosen": True}
        known = await tasks.unfinished(caller, session_id, kind="second_pass", settings=again)
        return known or await hear_again(caller, session_id, language=asked.language, is_chosen=True)
    ensure_few_channels(file.channels, as_speakers=asked.channels_as_speakers)
    settings: dict[str, JsonValue] = asked.model_dump(mode="json", exclude_none=True)
    settings |= {"source": "retranscription", "audio_file_id": str(file.id)}
    return await tasks.queue(caller, session_id, kind="transcribe", settings=settings)


async def hear_again(caller: Caller, session_id: UUID, *, language: str | None, is_chosen: bool) -> UUID:
    """Queue the second pass of a recorded meeting of the caller's, and return the job, which is its owner's.

    What comes of it becomes the current version where the owner has chosen that. Raises SessionNotFound and
    TooManyTasks.
    """
    job = await jobs.add_second_pass(caller.connection, session_id, language=language, is_chosen=is_chosen)
    if job is None:
        raise SessionNotFound
    return job
