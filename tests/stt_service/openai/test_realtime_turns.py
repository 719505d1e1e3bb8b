"""From finals to the events of OpenAI's items."""

from collections.abc import Iterable

from shared.captioner import Version
from shared.errors import ServiceError
from stt_service.openai.realtime_events import Completed, Delta, Failed, ServerEvent
from stt_service.openai.realtime_turns import Turns


def final(text: str, *, failure: ServiceError | None = None, language: str | None = "en") -> Version:
    return Version("t-0", 0, True, text, 0.0, 1.5, language=language, failure=failure)


def kinds(events: Iterable[ServerEvent]) -> list[str]:
    return [str(event.model_dump()["type"]) for event in events]


def deltas(events: Iterable[ServerEvent]) -> list[str]:
    return [event.delta for event in events if isinstance(event, Delta)]


def test_a_turn_is_started_stopped_committed_and_added() -> None:
    turns = Turns()
    assert kinds(turns.begin(1.0)) == ["input_audio_buffer.speech_started"]
    assert kinds(turns.begin(1.1)) == []
    assert kinds(turns.end(2.0)) == [
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
    ]
    assert not turns.open


def test_the_beta_knows_one_event_for_an_item() -> None:
    turns = Turns()
    turns.speak_beta()
    assert kinds(turns.commit()) == ["input_audio_buffer.committed", "conversation.item.created"]


def test_a_text_is_its_deltas_also_when_a_long_turn_was_heard_in_pieces() -> None:
    turns = Turns()
    list(turns.begin(0.0))
    turns.hand_on()
    turns.hand_on()
    list(turns.end(30.0))
    events = [event for text in ("Ask not", "", "what.") for event in turns.hear(final(text))]
    assert deltas(events) == ["Ask not", " what."]
    *_, completed = events
    assert isinstance(completed, Completed)
    assert completed.transcript == "Ask not what."
    assert (completed.usage.seconds, [each.code for each in completed.languages]) == (4.5, ["en"])


def test_chinese_pieces_are_joined_without_a_space() -> None:
    turns = Turns()
    turns.hand_on()
    list(turns.commit())
    assert deltas([*turns.hear(final("今天")), *turns.hear(final("开会"))]) == ["今天", "开会"]


def test_a_turn_without_words_is_completed_without_deltas() -> None:
    turns = Turns()
    list(turns.commit())
    (completed,) = turns.hear(final("", language=None))
    assert isinstance(completed, Completed)
    assert (completed.transcript, completed.languages) == ("", [])


def test_a_turn_that_cannot_be_recognised_fails_by_its_id() -> None:
    turns = Turns()
    committed, *_ = turns.commit()
    (failed,) = turns.hear(final("", failure=ServiceError("broken")))
    assert isinstance(failed, Failed)
    assert (failed.item_id, failed.error.code) == (committed.model_dump()["item_id"], "internal_error")


def test_a_forgotten_turn_is_not_heard_of_again() -> None:
    turns = Turns()
    turns.hand_on()
    turns.forget()
    list(turns.commit())
    assert kinds(turns.hear(final("forgotten"))) == []
    assert deltas(turns.hear(final("wanted"))) == ["wanted"]


def test_items_name_the_one_before() -> None:
    turns = Turns()
    first, *_ = turns.commit()
    second, *_ = turns.commit()
    assert first.model_dump()["previous_item_id"] is None
    assert second.model_dump()["previous_item_id"] == first.model_dump()["item_id"]
