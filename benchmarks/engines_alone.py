"""An engine in a process of its own, without a service: `python -m benchmarks.engines_alone stt|diarization`.

Each line of its input names a file of 16 kHz mono int16 samples; each line that it prints is the seconds that
the engine took for it.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from shared.audio import Pcm

Work = Callable[[Pcm], object]


def main() -> None:
    """Say `ready`, then work until the input ends."""
    work = _speech() if sys.argv[1] == "stt" else _diarization()
    print("ready", flush=True)
    for line in sys.stdin:
        audio = Pcm(Path(line.strip()).read_bytes())
        began = time.perf_counter()
        work(audio)
        print(time.perf_counter() - began, flush=True)


# Each of the two environments has the libraries of one engine only.


def _speech() -> Work:
    from stt_service.engine import Speech, load_engine  # noqa: PLC0415
    from stt_service.settings import SttSettings  # noqa: PLC0415

    engine = load_engine(SttSettings()).engine

    def work(audio: Pcm) -> None:
        pieces = [Speech(audio.slice(*place), "en", want_words=True) for place in engine.cut(audio)]
        for first in range(0, len(pieces), engine.max_batch_size):
            engine.transcribe(pieces[first : first + engine.max_batch_size])

    return work


def _diarization() -> Work:
    from diarization_service.engine import load_engine  # noqa: PLC0415
    from diarization_service.settings import DiarizationSettings  # noqa: PLC0415
    from shared.contracts.diarization import SpeakerCount  # noqa: PLC0415

    engine = load_engine(DiarizationSettings()).engine
    return lambda audio: engine.diarize(audio, SpeakerCount(max_speakers=20), lambda _: None)


if __name__ == "__main__":
    main()
