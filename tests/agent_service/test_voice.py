"""What the room is told of a voice."""

from shared.captioner import Version
from shared.contracts.captions import Caption
from tests.agent_service.conftest import SESSION, VOICE


def test_a_caption_says_who_spoke_and_where_on_the_clock() -> None:
    version = Version("TR_a-12500", 3, True, "hello", 12.5, 14.5, language="en", confidence=0.5)
    assert VOICE.caption(version) == Caption(
        session_id=SESSION,
        segment_id="TR_a-12500",
        revision=3,
        final=True,
        text="hello",
        start=12.5,
        end=14.5,
        language="en",
        confidence=0.5,
        participant_identity="ann",
        participant_name="Ann",
        track_sid="TR_a",
    )
