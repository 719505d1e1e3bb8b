"""Turns that were found in a recording without its gaps, back where they were."""

from uuid import uuid4

import numpy as np

from api_service.second_pass.microphone import Microphone
from api_service.second_pass.pressed import JOINT_SAMPLES, Part, on_clock
from shared.audio import SAMPLE_RATE, Samples
from shared.contracts.recordings import ChunkName
from shared.speakers import Turn

SESSION = uuid4()
DAY = 86_400


def chunk(start: float) -> ChunkName:
    return ChunkName(SESSION, "ann", "TR_1", round(start * 1000))


async def fetch(_: ChunkName) -> Samples:
    return np.full(10 * SAMPLE_RATE, 100, dtype=np.int16)


async def test_a_meeting_on_two_days_is_as_long_as_what_was_recorded() -> None:
    microphone = Microphone([[chunk(DAY), chunk(DAY + 10), chunk(3 * DAY + 0.5)]], fetch)
    pressed = b"".join([piece async for piece in microphone.pressed()])
    first, second = microphone.parts
    assert (first.on_clock, second.on_clock) == (DAY * SAMPLE_RATE, round((3 * DAY + 0.5) * SAMPLE_RATE))
    assert len(pressed) // 2 == first.samples + JOINT_SAMPLES + second.samples
    assert len(pressed) / 2 / SAMPLE_RATE < 60
    samples = np.frombuffer(pressed, dtype="<i2")
    for part in microphone.parts:
        assert samples[part.first : part.first + 10 * SAMPLE_RATE].all()
    assert not samples[second.first - JOINT_SAMPLES : second.first].any()
    assert microphone.least_seconds == 20
    # It is the same when it is read again.
    assert b"".join([piece async for piece in microphone.pressed()]) == pressed
    assert microphone.parts == [first, second]


def test_turns_go_back_to_the_clock_and_over_no_joint() -> None:
    rate = SAMPLE_RATE
    parts = [Part(0, 100 * rate, 10 * rate), Part(12 * rate, 1000 * rate, 10 * rate)]
    turns = [Turn(1, 4, "A"), Turn(8, 14, "B"), Turn(10.5, 11.5, "C"), Turn(15, 30, "A")]
    assert on_clock(turns, parts) == [
        Turn(101, 104, "A"),
        Turn(108, 110, "B"),
        Turn(1000, 1002, "B"),
        Turn(1003, 1010, "A"),
    ]
