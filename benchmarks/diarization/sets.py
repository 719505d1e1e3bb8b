"""Recordings of people who talk, with the truth about who speaks when: to tune on, and others to report."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

from shared.audio import Pcm, join
from shared.decoding_child import decode
from shared.speakers import Turn

Split = Literal["tune", "report"]

_MAX_SECONDS = 600
_TUNED_ON = ("EN2001a", "EN2003a", "EN2005a")
"""Of AMI, which has one meeting a file here; the others are reported."""

_READERS = {"tune": ("1688-142285", "1998-15444", "LJ001"), "report": ("2033-164914", "2414-128291")}
"""Who reads in the conversations that are put together here; nobody reads in both."""

_READINGS = 8
_PAUSE_SECONDS = (0.2, 1.0)


@dataclass(frozen=True, slots=True)
class Conversation:
    """One recording."""

    split: Split
    set: str
    name: str
    audio: Pcm
    truth: Sequence[Turn]
    said: Sequence[tuple[str, str]] = ()
    """Who said which words, in order; empty where that is not known. Names are not those of the turns."""


def conversations(folder: Path, *, split: Split) -> Iterator[Conversation]:
    """Those of `tune` or of `report`; no file is in both."""
    for file in sorted((folder / "diar" / "ami30").glob("*.wav")):
        if file.name.startswith(_TUNED_ON) == (split == "tune"):
            yield _recorded(split, "AMI, 30 s each", file)
    if split == "report":
        yield _recorded(split, "pyannote's sample", folder / "diar" / "pyannote_sample" / "sample.wav")
    yield _put_together(folder, split)


def lasting(seconds: float, conversations: Sequence[Conversation]) -> Conversation:
    """Conversations one after the other, again and again, in which nobody of one speaks in another."""
    audio: list[Pcm] = []
    truth: list[Turn] = []
    at = 0.0
    while at < seconds:
        for each in conversations:
            audio.append(each.audio)
            truth += [Turn(at + t.start, at + t.end, f"{each.name} {t.speaker}") for t in each.truth]
            at += each.audio.seconds
    whole = join(audio).slice(0, seconds)
    truth = [Turn(t.start, min(t.end, seconds), t.speaker) for t in truth if t.start < seconds]
    return Conversation("report", f"{seconds / 3600:g} h of all", "long", whole, truth)


def _recorded(split: Split, name: str, file: Path) -> Conversation:
    audio = Pcm(decode(file.read_bytes(), max_seconds=_MAX_SECONDS))
    words = file.with_suffix(".stm")
    said = read_stm(words) if words.is_file() else []
    return Conversation(split, name, file.stem, audio, read_rttm(file.with_suffix(".rttm")), said)


def read_rttm(file: Path) -> list[Turn]:
    """The turns of a file in NIST's form."""
    lines = [line.split() for line in file.read_text().splitlines()]
    return [
        Turn(float(fields[3]), float(fields[3]) + float(fields[4]), fields[7])
        for fields in lines
        if fields[:1] == ["SPEAKER"]
    ]


def read_stm(file: Path) -> list[tuple[str, str]]:
    """Who said what, of another of NIST's forms, in order of their beginnings."""
    lines = [line.split(maxsplit=5) for line in file.read_text("utf-8").splitlines()]
    told = sorted((line for line in lines if len(line) == 6), key=lambda line: float(line[3]))
    return [(line[2], line[5]) for line in told]


def _put_together(folder: Path, split: Split) -> Conversation:
    """Readings of several people in turn, the same ones each time. Their own pauses count as speech."""
    readers = _READERS[split]
    texts = _texts(folder)
    random, at = Random(7), 0.0  # noqa: S311 - the same each time
    audio: list[Pcm] = []
    truth: list[Turn] = []
    words: list[tuple[str, str]] = []
    for number in range(_READINGS * len(readers)):
        reader = readers[number % len(readers)]
        [*_, file] = sorted(folder.glob(f"en_*/{reader}-*.flac"))[: number // len(readers) + 1]
        said = Pcm(decode(file.read_bytes(), max_seconds=_MAX_SECONDS))
        pause = Pcm(bytes(2 * round(16_000 * random.uniform(*_PAUSE_SECONDS))))
        audio += [said, pause]
        truth.append(Turn(at, at + said.seconds, reader))
        words.append((reader, texts[file.name]))
        at += said.seconds + pause.seconds
    return Conversation(split, "readers in turn", "+".join(readers), join(audio), truth, words)


def _texts(folder: Path) -> dict[str, str]:
    """What is read in the files of a folder, by their names."""
    entries = [json.loads(line) for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines()]
    return {Path(each["path"]).name: each["text"] for each in entries if each["text"]}
