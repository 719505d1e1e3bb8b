"""What is said in a room is in storage while it is said, whatever happens to those who listen."""

import asyncio
import json

import numpy as np
import pytest
from livekit.api import LiveKitAPI, UpdateRoomMetadataRequest

from shared.audio import SAMPLE_RATE
from tests.integration.agent_service.conftest import Worker
from tests.integration.agent_service.people import Meeting, meeting, person, until
from tests.integration.agent_service.recordings import audio_of, of
from tests.integration.agent_service.voices import say, words_in
from tests.servers import Servers

pytestmark = pytest.mark.integration


async def test_each_voice_is_kept_apart_where_it_was_on_the_clock(servers: Servers, worker: Worker) -> None:
    async with meeting(servers) as held, person(held, "ann") as ann, person(held, "bob") as bob:
        await held.captioned()
        await asyncio.gather(ann.heard(), bob.heard())
        await ann.say(say("alfa", 1.5))
        await bob.say(say("bravo", 1.5))
        finals = await held.finals(2)
        await ann.turn_off()
        await bob.turn_off()
        await until(lambda: {chunk.participant_identity for chunk in of(held, worker)} == {"ann", "bob"})
        spoken = {caption.participant_identity: caption for caption in finals}
        for identity, word in (("ann", "alfa"), ("bob", "bravo")):
            chunk = next(each for each in of(held, worker) if each.participant_identity == identity)
            samples = audio_of(worker.storage, chunk)
            assert words_in(samples) == word
            onset = chunk.start + float(np.flatnonzero(np.abs(samples.astype(int)) > 1500)[0]) / SAMPLE_RATE
            # A caption begins a little before its first sound.
            assert spoken[identity].start - 0.05 < onset < spoken[identity].start + 0.45


async def test_nothing_is_kept_in_a_room_that_livekit_made_again_without_a_word(
    servers: Servers, worker: Worker
) -> None:
    async with meeting(servers) as held:
        held.record = False
        await held.end()
        async with person(held, "ann") as ann:  # her token makes the room again
            await held.captioned()
            await ann.heard()
            await ann.say(say("echo", 1.5))
            await held.finals(1)
            await ann.turn_off()
            await held.end()
            async with asyncio.timeout(40):
                while not await _has_left(held):  # noqa: ASYNC110 - what changes is in a server
                    await asyncio.sleep(0.05)
        # An agent leaves when what it kept has been delivered.
        assert of(held, worker) == []


async def _has_left(held: Meeting) -> bool:
    return "left" in [change.state for change in await held.changes()]


async def test_nothing_is_kept_of_a_room_that_does_not_record(servers: Servers, worker: Worker) -> None:
    async with (
        LiveKitAPI(servers.livekit_url, servers.livekit_api_key, servers.livekit_api_secret) as livekit,
        meeting(servers) as held,
        person(held, "ann") as ann,
    ):

        async def record(on: bool) -> None:
            metadata = json.dumps({"recording": on})
            await livekit.room.update_room_metadata(
                UpdateRoomMetadataRequest(room=held.room, metadata=metadata)
            )

        await record(False)
        await held.captioned()
        await ann.heard()
        await ann.say(say("echo", 1.5))
        await held.finals(1)
        await record(True)
        await asyncio.sleep(0.5)  # until the agent has heard of it
        await ann.say(say("golf", 1.5))
        await held.finals(2)
        await ann.turn_off()
        await until(lambda: bool(of(held, worker)))
        assert (
            " ".join(words_in(audio_of(worker.storage, chunk)) for chunk in of(held, worker)).strip()
            == "golf"
        )
