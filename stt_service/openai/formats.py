"""What was heard in the forms that OpenAI's clients can ask for."""

import math
import re
import zlib
from collections.abc import Iterator

from shared.contracts.stt import Segment, TranscribeResponse
from stt_service.openai.schemas import (
    Granularity,
    TextDelta,
    TextDone,
    Transcription,
    Usage,
    VerboseSegment,
    VerboseTranscription,
    VerboseWord,
)


def plain(heard: TranscribeResponse) -> Transcription:
    """`json`."""
    return Transcription(text=heard.text, usage=Usage(seconds=heard.audio_seconds))


def verbose(heard: TranscribeResponse, granularities: list[Granularity]) -> VerboseTranscription:
    """`verbose_json`; without granularities it has segments."""
    words = [VerboseWord(word=word.text, start=word.start, end=word.end) for word in heard.words or []]
    segments = [_verbose_segment(number, each) for number, each in enumerate(heard.segments)]
    return VerboseTranscription(
        language=heard.language or "und",
        duration=heard.audio_seconds,
        text=heard.text,
        segments=segments if "segment" in granularities or not granularities else None,
        words=words if "word" in granularities else None,
        usage=Usage(seconds=heard.audio_seconds),
    )


def srt(segments: list[Segment]) -> str:
    """SubRip: numbered cues with a decimal comma."""
    return "".join(
        f"{number}\n{_clock(each.start, ',')} --> {_clock(each.end, ',')}\n{_one_line(each.text)}\n\n"
        for number, each in enumerate(segments, start=1)
    )


def vtt(segments: list[Segment]) -> str:
    """WebVTT, in which `&`, `<` and `>` are markup."""
    return "WEBVTT\n\n" + "".join(
        f"{_clock(each.start, '.')} --> {_clock(each.end, '.')}\n{_escaped(_one_line(each.text))}\n\n"
        for each in segments
    )


def events(heard: TranscribeResponse) -> Iterator[str]:
    """Server-sent events: one delta per segment, then the whole text, which is all deltas together."""
    position = 0
    for segment in heard.segments:
        end = heard.text.index(segment.text, position) + len(segment.text)
        yield _event(TextDelta(delta=heard.text[position:end]))
        position = end
    yield _event(TextDone(text=heard.text))


def _event(event: TextDelta | TextDone) -> str:
    return f"data: {event.model_dump_json()}\n\n"


def _verbose_segment(number: int, segment: Segment) -> VerboseSegment:
    text = segment.text.encode()
    return VerboseSegment(
        id=number,
        start=segment.start,
        end=segment.end,
        text=segment.text,
        avg_logprob=round(math.log(segment.confidence), 4) if segment.confidence else 0.0,
        compression_ratio=round(len(text) / len(zlib.compress(text)), 4),
    )


def _clock(seconds: float, decimal: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{decimal}{milliseconds % 1000:03}"


def _one_line(text: str) -> str:
    """An empty line would end a cue, and an arrow in the text would begin one."""
    return re.sub(r"\s+", " ", text).strip().replace("-->", "->")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
