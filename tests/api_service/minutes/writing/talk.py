"""Meetings that a test can be read with."""

from collections.abc import Sequence

from api_service.minutes.transcript import Said
from api_service.minutes.writing.chunks import Chunk, chunks

PLANNING = (
    ("Ada Lovelace", "Good morning, the report for the customer is late because of the printer."),
    ("Grace", "I can call the customer and tell them that it comes on Friday."),
    (
        "Ada Lovelace",
        "Yes, let us do that, and we agreed to spend twenty five hundred euros on a new printer.",
    ),
    ("Grace", "I will order the printer by Tuesday."),
    ("unknown", "Who pays for the paper? Nobody knows yet."),
)


def talk(*said: tuple[str, str]) -> list[Said]:
    """Five seconds each; recognition called the speakers by the first letters of their names."""
    return [
        Said(f"s{place}", speaker, text, 5.0 * place, 5.0 * place + 4, spoken_as=f"voice-{speaker[:1]}")
        for place, (speaker, text) in enumerate(said, start=1)
    ]


def one_chunk(transcript: Sequence[Said]) -> Chunk:
    [chunk] = chunks(transcript, most_tokens=5000)
    return chunk
