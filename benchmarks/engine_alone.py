"""Memory of a process that has an engine and nothing else: `python -m benchmarks.engine_alone ENGINE`."""

import os
import sys

from benchmarks.memory import peak_megabytes
from shared.audio import Pcm
from stt_service.engine import Speech, load_engine
from stt_service.settings import SttSettings


def main() -> None:
    """Recognise what is written to standard input, and print the peak in megabytes."""
    engine = load_engine(SttSettings.model_validate({"engine": sys.argv[1]})).engine
    engine.transcribe([Speech(Pcm(sys.stdin.buffer.read()), engine.languages[0])])
    print(peak_megabytes(os.getpid()))


if __name__ == "__main__":
    main()
