"""Errors, speed and memory of diarization, over HTTP and of the pipeline alone: `make eval-diarization`.

DER is scored with overlapping speech, without a collar and with one of 0.25 s. cpWER and WER are of the words
that the platform hears, with and without who said them, where the words are known; the speech service decides
how good they can be. The clustering is tuned on the split `tune` of benchmarks.diarization.sets (with --tune,
which reports nothing else); what counts are the recordings of its split `report`.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from statistics import median

import httpx

from benchmarks.diarization.platform import speech, transcribed
from benchmarks.diarization.scoring import COLLARS, error_percent
from benchmarks.diarization.sets import Conversation, Split, conversations, lasting
from benchmarks.diarization.words import Errors, attributed_errors, errors
from benchmarks.memory import cpu_seconds, peak_megabytes
from benchmarks.service import ROOT, NotStarted, serving
from diarization_service.engine import DiarizationEngine, EngineUnavailable, load_engine
from diarization_service.settings import DiarizationSettings
from shared.audio import SAMPLE_RATE, Pcm
from shared.contracts.diarization import DIARIZE_PATH, DiarizeResponse, SpeakerCount
from shared.contracts.stt import PCM_MEDIA_TYPE
from shared.speakers import Turn

_PATIENCE_SECONDS = 3600.0
_ALLOWED_PERCENT = 5.0
"""By which HTTP may be slower, and the service larger, than the pipeline alone."""

_LONG_REAL_TIME, _LONG_MEGABYTES = 0.2, 2048
"""What an hour may take on two cores."""

_HEADING = (
    f"{'split':<7} {'set':<18} {'files':>5} {'minutes':>8} {'DER 0':>7} {'DER .25':>8}"
    f" {'HTTP 0':>7} {'HTTP .25':>8} {'cpWER':>6} {'WER':>6} {'of real time':>13} {'HTTP':>7} {'slower %':>9}"
)

Answer = tuple[list[Turn], float]
"""Turns that may overlap, and the seconds until they were there."""


@dataclass(frozen=True, slots=True)
class Row:
    """One set: errors in percent, of turns without and with a collar, and time as a part of the audio's."""

    split: Split
    set: str
    files: int
    minutes: float
    alone_percent: tuple[float, ...]
    http_percent: tuple[float, ...]
    alone_real_time: float
    http_real_time: float
    attributed_percent: float | None
    """cpWER and WER; None where the words are not known."""

    words_percent: float | None

    @property
    def slower_percent(self) -> float:
        return 100 * (self.http_real_time / self.alone_real_time - 1)


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found."""

    model: str
    rows: list[Row]
    alone_megabytes: float
    http_megabytes: float
    """Of the process that has the pipeline."""

    decoder_megabytes: float
    """What reads untrusted files, beside it."""

    @property
    def larger_percent(self) -> float:
        return 100 * (self.http_megabytes / self.alone_megabytes - 1)

    @property
    def good(self) -> bool:
        seconds = sum(60 * row.minutes * row.alone_real_time for row in self.rows)
        served = sum(60 * row.minutes * row.http_real_time for row in self.rows)
        same = all(row.alone_percent == row.http_percent for row in self.rows)
        is_fast = served <= seconds * (1 + _ALLOWED_PERCENT / 100)
        return same and is_fast and self.larger_percent <= _ALLOWED_PERCENT


def main() -> None:
    """Print the report; its exit status says whether the service is as good as its pipeline."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", metavar="FOLDER")
    parser.add_argument("--tune", action="store_true", help="print which clustering makes fewest errors")
    parser.add_argument("--hours", type=float, metavar="N", help="only one recording so long, over HTTP")
    parser.add_argument("--stt-engine", default="auto", metavar="NAME", help="as STT_ENGINE, for cpWER")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="times are medians of so many")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = parser.parse_args()
    if not (chosen.data / "diar").is_dir():
        parser.error(f"{chosen.data} has no folder diar")
    settings = DiarizationSettings()
    try:
        if chosen.hours:
            sys.exit(
                not _lasts(lasting(3600 * chosen.hours, list(conversations(chosen.data, split="report"))))
            )
        engine = load_engine(settings).engine
        if chosen.tune:
            print(_tuned(settings, chosen.data))
            return
        report = evaluate(engine, _all(chosen.data), stt_engine=chosen.stt_engine, rounds=chosen.rounds)
    except (EngineUnavailable, NotStarted) as fault:
        sys.exit(str(fault))
    print(json.dumps(asdict(report)) if chosen.json else table(report))
    sys.exit(not report.good)


def _all(folder: Path) -> list[Conversation]:
    return [*conversations(folder, split="tune"), *conversations(folder, split="report")]


def _lasts(conversation: Conversation) -> bool:
    """Print how the service fares with a long recording. Raises NotStarted."""
    with (
        serving("diarization_service", "DIARIZATION_PORT", {}) as service,
        httpx.Client(base_url=service.url, trust_env=False, timeout=_PATIENCE_SECONDS) as http,
    ):
        turns, seconds = _served(http, conversation.audio)
        worked, megabytes = cpu_seconds(service.process_id), service.peak_megabytes
    audio_seconds = conversation.audio.seconds
    goals = {
        f"at most {_LONG_REAL_TIME:g} of real time": seconds <= _LONG_REAL_TIME * audio_seconds,
        f"at most {_LONG_MEGABYTES} MB": megabytes <= _LONG_MEGABYTES,
    }
    wrong = " and ".join(f"{error_percent([(conversation, turns)], collar=each):.2f}" for each in COLLARS)
    print(
        f"{conversation.set}: {seconds / audio_seconds:.3f} of real time, {worked / audio_seconds:.3f} of one"
        f" core's, on {len(os.sched_getaffinity(0))} cores; peak memory {megabytes:.0f} MB with its decoder;"
        f" DER {wrong} %"
    )
    for goal, met in goals.items():
        print(f"{'met' if met else 'MISSED'}: {goal}")
    return all(goals.values())


def _tuned(settings: DiarizationSettings, folder: Path) -> str:
    # The library is there as soon as an engine has been loaded, and not before.
    from benchmarks.diarization.tuning import tried  # noqa: PLC0415

    results = sorted(tried(settings.models_directory, list(conversations(folder, split="tune"))))
    return "\n".join(f"{percent:7.2f} %  {parameters}" for percent, parameters in results)


def evaluate(
    engine: DiarizationEngine, chosen: Sequence[Conversation], *, stt_engine: str, rounds: int
) -> Report:
    """The pipeline in this process and the services in others, one after the other. Raises NotStarted."""
    warm = chosen[0].audio.slice(0, 12)
    with (
        serving("diarization_service", "DIARIZATION_PORT", {}) as service,
        speech(stt_engine) as stt,
        httpx.Client(base_url=service.url, trust_env=False, timeout=_PATIENCE_SECONDS) as http,
    ):
        _alone(engine, warm)
        _served(http, warm)
        sets = [list(group) for _, group in groupby(chosen, lambda each: (each.split, each.set))]
        rows = [_row(engine, http, group, rounds=rounds) for group in sets]
        # Both have done the same until now; for the words only the service works on.
        alone, own, whole = (
            peak_megabytes(os.getpid()),
            peak_megabytes(service.process_id),
            service.peak_megabytes,
        )
        rows = [
            _with_words(row, group, stt_url=stt.url, diarization_url=service.url)
            for row, group in zip(rows, sets, strict=True)
        ]
        return Report(engine.name, rows, alone, own, whole - own)


def _row(engine: DiarizationEngine, http: httpx.Client, group: list[Conversation], *, rounds: int) -> Row:
    alone, served = [], []
    for each in group:
        pairs = [(_alone(engine, each.audio), _served(http, each.audio)) for _ in range(rounds)]
        alone.append(_typical([first for first, _ in pairs]))
        served.append(_typical([second for _, second in pairs]))
    seconds = sum(each.audio.seconds for each in group)
    return Row(
        split=group[0].split,
        set=group[0].set,
        files=len(group),
        minutes=seconds / 60,
        alone_percent=_errors(group, alone),
        http_percent=_errors(group, served),
        alone_real_time=sum(taken for _, taken in alone) / seconds,
        http_real_time=sum(taken for _, taken in served) / seconds,
        attributed_percent=None,
        words_percent=None,
    )


def _with_words(row: Row, group: list[Conversation], *, stt_url: str, diarization_url: str) -> Row:
    told = [each for each in group if each.said]
    if not told:
        return row
    attributed = plain = Errors()
    for each in told:
        heard = transcribed(
            each.audio,
            stt_url=stt_url,
            diarization_url=diarization_url,
            patience_seconds=_PATIENCE_SECONDS,
        )
        attributed += attributed_errors(each.said, heard)
        plain += errors(each.said, heard)
    return replace(row, attributed_percent=attributed.percent, words_percent=plain.percent)


def _errors(group: Sequence[Conversation], answers: Sequence[Answer]) -> tuple[float, ...]:
    found = [(each, turns) for each, (turns, _) in zip(group, answers, strict=True)]
    return tuple(round(error_percent(found, collar=collar), 2) for collar in COLLARS)


def _typical(answers: Sequence[Answer]) -> Answer:
    """The same turns each time, and the median of the times: a machine is seldom left alone."""
    return answers[0][0], median(seconds for _, seconds in answers)


def _alone(engine: DiarizationEngine, audio: Pcm) -> Answer:
    began = time.perf_counter()
    found = engine.diarize(audio, SpeakerCount(max_speakers=20), lambda _: None)
    return found.turns, time.perf_counter() - began


def _served(http: httpx.Client, audio: Pcm) -> Answer:
    began = time.perf_counter()
    answer = http.post(
        DIARIZE_PATH,
        content=audio.data,
        params={"exclusive": False},
        headers={"content-type": f"{PCM_MEDIA_TYPE};rate={SAMPLE_RATE}"},
    )
    taken = time.perf_counter() - began
    heard = DiarizeResponse.model_validate_json(answer.raise_for_status().content)
    return [Turn(each.start_time, each.end_time, each.speaker_label) for each in heard.segments], taken


def table(report: Report) -> str:
    """For people."""
    lines = [_HEADING]
    for row in report.rows:
        wrong = " ".join(f"{percent:>{width}.2f}" for percent, width in _widths(row))
        words = " ".join(_known(percent) for percent in (row.attributed_percent, row.words_percent))
        lines.append(
            f"{row.split:<7} {row.set:<18} {row.files:>5} {row.minutes:>8.1f} {wrong} {words}"
            f" {row.alone_real_time:>13.3f} {row.http_real_time:>7.3f} {row.slower_percent:>+9.1f}"
        )
    lines.append(
        f"{report.model}: peak memory {report.alone_megabytes:.0f} MB alone,"
        f" {report.http_megabytes:.0f} MB as a service ({report.larger_percent:+.1f} %),"
        f" and {report.decoder_megabytes:.0f} MB of its decoder"
    )
    return "\n".join(lines)


def _known(percent: float | None) -> str:
    return f"{'–' if percent is None else format(percent, '.2f'):>6}"


def _widths(row: Row) -> list[tuple[float, int]]:
    return list(zip((*row.alone_percent, *row.http_percent), (7, 8, 7, 8), strict=True))


if __name__ == "__main__":
    main()
