"""What was heard in the forms that OpenAI's clients can ask for."""

import math
import zlib

from shared.contracts.stt import Segment, TranscribeResponse
from shared.speakers import Turn, attributed
from stt_service.openai.cues import Cue, cues
from stt_service.openai.schemas import (
    DiarizedSegment,
    DiarizedTranscription,
    Granularity,
    Transcription,
    Usage,
    VerboseSegment,
    VerboseTranscription,
    VerboseWord,
)

_UNKNOWN = "unknown"


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


def diarized(heard: TranscribeResponse, turns: list[Turn]) -> DiarizedTranscription:
    """`diarized_json`: cut where the speaker changes, as far as the places of words are known."""
    parts = attributed(heard.segments, heard.words or [], turns)
    speakers = list(dict.fromkeys(part.speaker for part in parts if part.speaker))
    return DiarizedTranscription(
        duration=heard.audio_seconds,
        text=heard.text,
        segments=[
            DiarizedSegment(
                id=f"seg_{number}",
                start=part.segment.start,
                end=part.segment.end,
                speaker=_letters(speakers.index(part.speaker)) if part.speaker else _UNKNOWN,
                text=part.segment.text,
            )
            for number, part in enumerate(parts)
        ],
        usage=Usage(seconds=heard.audio_seconds),
    )


def srt(heard: TranscribeResponse) -> str:
    """SubRip: numbered cues with a decimal comma."""
    return "".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{_lines(cue)}\n\n"
        for number, cue in enumerate(cues(heard.segments, heard.words or []), start=1)
    )


def vtt(heard: TranscribeResponse) -> str:
    """WebVTT, in which `&`, `<` and `>` are markup."""
    return "WEBVTT\n\n" + "".join(
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{_escaped(_lines(cue))}\n\n"
        for cue in cues(heard.segments, heard.words or [])
    )


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


def _lines(cue: Cue) -> str:
    """An arrow in the text would begin another cue."""
    return "\n".join(line.replace("-->", "->") for line in cue.lines)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _letters(number: int) -> str:
    """A to Z, then AA and so on."""
    more, last = divmod(number, 26)
    return (_letters(more - 1) if more else "") + chr(ord("A") + last)
