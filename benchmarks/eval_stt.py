"""Word and character errors of the speech service over HTTP and of its engine alone: `make eval-stt`."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

import httpx

from benchmarks.recordings import Recording, noises, recorded
from benchmarks.scoring import error_percent, measure_of
from benchmarks.service import ROOT, NotStarted, running
from shared.audio import SAMPLE_RATE, Pcm
from shared.contracts.stt import PCM_MEDIA_TYPE, TRANSCRIBE_PATH, TranscribeResponse
from stt_service.engine import EngineUnavailable, Speech, SttEngine, load_engine
from stt_service.settings import SttSettings

_ALLOWED_POINTS = 0.5
"""By which answers over HTTP may be worse than those of the engine alone."""

_PATIENCE_SECONDS = 60.0
_PCM = f"{PCM_MEDIA_TYPE};rate={SAMPLE_RATE}"
_FILE = "application/octet-stream"
_HEADING = (
    f"{'set':<26} {'engine':<20} {'':<4} {'':<4} {'files':>5} {'minutes':>8}"
    f" {'alone %':>8} {'HTTP %':>8} {'points':>7}"
)

Ask = Callable[[bytes, str, str], str]
"""The text that the service hears in a body of a content type and in a language."""


@dataclass(frozen=True, slots=True)
class Row:
    """The errors in one set, in percent."""

    set: str
    engine: str
    language: str
    measure: str
    files: int
    minutes: float
    engine_percent: float
    http_percent: float

    @property
    def points(self) -> float:
        return self.http_percent - self.engine_percent


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found."""

    rows: list[Row]
    noises: int
    invented: dict[str, str]
    """What was heard where nobody speaks, by the name of the noise."""

    left_out: list[str]
    """Sets in languages that the engine does not know."""

    @property
    def good(self) -> bool:
        return not self.invented and all(row.points <= _ALLOWED_POINTS for row in self.rows)


def main() -> None:
    """Print the report; its exit status says whether the service is as good as its engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", metavar="FOLDER")
    parser.add_argument("--engine", action="append", metavar="NAME", help="as STT_ENGINE; may be repeated")
    parser.add_argument("--limit", type=int, metavar="N", help="recordings of each set, instead of all")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = parser.parse_args()
    if not (chosen.data / "manifest.jsonl").is_file():
        parser.error(f"{chosen.data} has no manifest.jsonl")
    recordings = recorded(chosen.data, limit=chosen.limit)
    try:
        reports = [evaluate(name, recordings) for name in chosen.engine or ["auto"]]
    except (EngineUnavailable, NotStarted) as fault:
        sys.exit(str(fault))
    print(json.dumps([asdict(each) for each in reports]) if chosen.json else table(reports))
    sys.exit(not all(report.good for report in reports))


def evaluate(name: str, recordings: list[Recording]) -> Report:
    """What an engine hears, alone and as a service. Raises EngineUnavailable or NotStarted."""
    engine = load_engine(SttSettings.model_validate({"engine": name})).engine
    with running(name) as service, httpx.Client(base_url=service.url, trust_env=False) as http:

        def ask(body: bytes, content_type: str, language: str) -> str:
            answer = http.post(
                TRANSCRIBE_PATH,
                content=body,
                params={"language": language},
                headers={"content-type": content_type},
                timeout=_PATIENCE_SECONDS,
            )
            return TranscribeResponse.model_validate_json(answer.raise_for_status().content).text

        sets = [
            (key, list(group)) for key, group in groupby(recordings, lambda each: (each.set, each.language))
        ]
        rows = [_row(engine, ask, group) for (_, language), group in sets if language in engine.languages]
        left_out = [
            f"{name} ({language})" for (name, language), _ in sets if language not in engine.languages
        ]
        heard = {name: ask(noise.data, _PCM, engine.languages[0]) for name, noise in noises()}
        return Report(rows, len(heard), {name: text for name, text in heard.items() if text}, left_out)


def _set_and_language(recording: Recording) -> tuple[str, str]:
    return recording.set, recording.language


def _row(engine: SttEngine, ask: Ask, recordings: list[Recording]) -> Row:
    first, audios = recordings[0], [each.audio for each in recordings]
    said = [each.said for each in recordings]
    alone = [_heard(engine, audio, first.language) for audio in audios]
    served = [ask(each.file, _FILE, first.language) for each in recordings]
    return Row(
        set=first.set,
        engine=engine.name,
        language=first.language,
        measure=measure_of(first.language),
        files=len(recordings),
        minutes=sum(audio.seconds for audio in audios) / 60,
        engine_percent=error_percent(said, alone, language=first.language),
        http_percent=error_percent(said, served, language=first.language),
    )


def _heard(engine: SttEngine, audio: Pcm, language: str) -> str:
    pieces = [Speech(audio.slice(start, end), language) for start, end in engine.cut(audio)]
    # One by one, so that no piece can be helped or harmed by what it shares a batch with.
    heard = [engine.transcribe([piece])[0] for piece in pieces]
    return " ".join(segment.text for each in heard for segment in each.segments)


def table(reports: Iterable[Report]) -> str:
    """For people."""
    lines = [_HEADING]
    for report in reports:
        lines += [
            f"{row.set:<26} {row.engine:<20} {row.language:<4} {row.measure:<4} {row.files:>5}"
            f" {row.minutes:>8.1f} {row.engine_percent:>8.2f} {row.http_percent:>8.2f} {row.points:>+7.2f}"
            for row in report.rows
        ]
        lines += [f"not a language of this engine: {name}" for name in report.left_out]
        lines += [f"heard in {name}: {text}" for name, text in report.invented.items()]
        lines.append(f"{len(report.invented)} of {report.noises} noises gave words")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
