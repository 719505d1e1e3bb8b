"""What an agent has left in its storage."""

import io
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler

from shared.audio import SAMPLE_RATE, Samples
from shared.contracts.recordings import ChunkName, chunk_named
from tests.integration.agent_service.conftest import Worker
from tests.integration.agent_service.people import Meeting


def chunks_in(storage: Path) -> list[ChunkName]:
    """In the order of time."""
    found = [chunk_named(str(file.relative_to(storage))) for file in storage.rglob("*.ogg")]
    return sorted((name for name in found if name), key=lambda name: name.start)


def of(held: Meeting, worker: Worker) -> list[ChunkName]:
    """The chunks of one meeting."""
    return [chunk for chunk in chunks_in(worker.storage) if chunk.session_id == held.session_id]


def audio_of(storage: Path, name: ChunkName) -> Samples:
    resampler = AudioResampler("s16", "mono", SAMPLE_RATE)
    with av.open(io.BytesIO((storage / name.key).read_bytes()), "r") as file:
        frames = [out for frame in file.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate([np.asarray(frame.to_ndarray(), dtype=np.int16)[0] for frame in frames])
