"""Subtitles and streams, as players and clients read them."""

from shared.contracts.stt import Segment, TranscribeResponse
from stt_service.openai import formats

SEGMENTS = [
    Segment(text="a <b> & c\n\n--> d", start=0, end=1.0006),
    Segment(text="late", start=3_661.25, end=360_000.9996, confidence=0.5),
]


def heard(text: str, segments: list[Segment]) -> TranscribeResponse:
    return TranscribeResponse(
        text=text,
        processing_time_ms=1,
        language=None,
        segments=segments,
        audio_seconds=9,
        inference_seconds=1,
    )


def test_subrip_has_numbers_and_commas() -> None:
    assert formats.srt(heard("", SEGMENTS)) == (
        "1\n00:00:00,000 --> 00:00:01,001\na <b> & c -> d\n\n2\n01:01:01,250 --> 100:00:01,000\nlate\n\n"
    )


def test_webvtt_escapes_markup() -> None:
    assert formats.vtt(heard("", SEGMENTS)) == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:01.001\na &lt;b&gt; &amp; c -&gt; d\n\n"
        "01:01:01.250 --> 100:00:01.000\nlate\n\n"
    )


def test_silence_is_an_empty_file() -> None:
    assert (formats.srt(heard("", [])), formats.vtt(heard("", []))) == ("", "WEBVTT\n\n")


def test_confidence_is_a_log_probability() -> None:
    verbose = formats.verbose(heard("", SEGMENTS), [])
    assert verbose.segments
    assert [each.avg_logprob for each in verbose.segments] == [0.0, -0.6931]
    assert verbose.language == "und"
