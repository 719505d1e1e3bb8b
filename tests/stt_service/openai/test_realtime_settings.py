"""What clients may change in a realtime session, in both forms."""

import pytest

from stt_service.openai.realtime_requests import (
    BetaSessionUpdate,
    SessionUpdate,
    TurnDetection,
    UnreadableEvent,
    read_event,
)
from stt_service.openai.realtime_settings import RealtimeSettings


def after(*events: str) -> RealtimeSettings:
    settings = RealtimeSettings()
    for text in events:
        event = read_event(text)
        assert isinstance(event, SessionUpdate | BetaSessionUpdate)
        settings = settings.updated(event.input)
    return settings


def update(audio_input: str) -> str:
    return '{"type":"session.update","session":{"type":"transcription","audio":{"input":INPUT}}}'.replace(
        "INPUT", audio_input
    )


def test_what_is_left_out_stays_as_it_is() -> None:
    settings = after(
        update('{"transcription":{"model":"whisper-1","language":"de","prompt":"a, b"}}'),
        update('{"transcription":{"language":""}}'),
        update('{"turn_detection":{"type":"server_vad","silence_duration_ms":350}}'),
        '{"type":"session.update","session":{"type":"transcription"}}',
    )
    assert (settings.transcription.model, settings.language, settings.hints) == (
        "whisper-1",
        None,
        ("a", "b"),
    )
    assert settings.turn_detection == TurnDetection(silence_duration_ms=350)
    assert settings.format.rate == 24_000


def test_null_switches_turn_detection_off() -> None:
    assert after(update('{"turn_detection":null}')).turn_detection is None


def test_models_that_clients_commit_for_detect_no_turns_unless_asked() -> None:
    live = '{"transcription":{"model":"gpt-live-transcribe","languages":["en"],"keywords":["LiveKit"]}}'
    settings = after(update(live))
    assert (settings.turn_detection, settings.language, settings.hints) == (None, "en", ("LiveKit",))
    asked = after(update(live), update('{"turn_detection":{"type":"server_vad"}}'))
    assert asked.turn_detection == TurnDetection()


def test_the_beta_says_the_same_flat() -> None:
    settings = after(
        '{"type":"transcription_session.update","session":{"input_audio_format":"pcm16",'
        '"input_audio_transcription":{"model":"whisper-1","language":"en"},"turn_detection":null}}'
    )
    assert (settings.language, settings.turn_detection, settings.format.rate) == ("en", None, 24_000)


def test_the_settings_of_turns_are_those_of_the_segmenter() -> None:
    detection = '{"turn_detection":{"threshold":0.4,"prefix_padding_ms":600,"silence_duration_ms":100}}'
    segmenter = after(update(detection)).segmenter(max_seconds=9.0)
    assert (segmenter.preroll_seconds, segmenter.pause_seconds, segmenter.settle_seconds) == (0.6, 0.1, 0.1)
    assert segmenter.max_seconds == 9.0


@pytest.mark.parametrize(
    ("text", "parameter"),
    [
        ("no JSON", ""),
        ("[]", "type"),
        ('{"type":"response.create"}', "type"),
        ('{"type":"session.update","session":{"type":"realtime"}}', "session.type"),
        (update('{"format":{"type":"audio/pcmu"}}'), "session.audio.input.format.type"),
        (update('{"turn_detection":{"type":"semantic_vad"}}'), "session.audio.input.turn_detection.type"),
        (update('{"transcription":{"language":"<script>"}}'), "session.audio.input.transcription.language"),
        ('{"type":"input_audio_buffer.append"}', "audio"),
    ],
)
def test_what_cannot_be_served_is_named(text: str, parameter: str) -> None:
    with pytest.raises(UnreadableEvent) as fault:
        read_event(text)
    assert fault.value.failure.fields
    assert fault.value.failure.fields[0]["field"] == parameter


def test_an_event_that_cannot_be_served_is_named_by_the_clients_id() -> None:
    with pytest.raises(UnreadableEvent) as fault:
        read_event('{"type":"input_audio_buffer.append","event_id":"mine"}')
    assert fault.value.event_id == "mine"
