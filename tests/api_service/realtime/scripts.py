"""Stream events written so that a person can read them."""

from datetime import UTC, datetime
from uuid import UUID

from api_service.realtime.events import Event, Segment
from api_service.realtime.fold import Transcript
from shared.contracts.captions import AgentChanged, Caption, SessionChanged, segment_id

SESSION = UUID("6f2a1c7e-90f1-4a55-9d0c-7f3f8a1b2c3d")


def said(line: str, *, session_id: UUID = SESSION) -> Caption:
    """`ann 1.0-2.0 r3: words` is a final of revision 3, `ann 1.0-2.0 r3~ words` a partial."""
    head, mark, text = line.partition(": ") if ": " in line else line.partition("~ ")
    who, times, revision = head.split()
    start, end = (float(time) for time in times.split("-"))
    return Caption(
        session_id=session_id,
        segment_id=segment_id(f"TR_{who}", start),
        revision=int(revision.removeprefix("r")),
        final=mark == ": ",
        text=text,
        start=start,
        end=end,
        language="en",
        confidence=0.9,
        participant_identity=who,
        participant_name=who.title(),
        track_sid=f"TR_{who}",
    )


def event(line: str) -> Event:
    """A caption, or `agent listening`, `agent left`, `session completed`."""
    match line.split():
        case ["agent", "listening"]:
            return AgentChanged(state="listening", identity="agent-2")
        case ["agent", "left"]:
            return AgentChanged(state="left", identity="agent-1")
        case ["session", status]:
            return SessionChanged(status=status, at=datetime(2026, 11, 21, tzinfo=UTC))
        case _:
            return said(line)


def stored(line: str) -> Segment:
    return Segment.of(said(line))


def shown(transcript: Transcript) -> list[str]:
    """What people see, `…` after what may still change."""
    return [f"{each.speaker}: {each.text}{'' if each.final else '…'}" for each in transcript.segments]


def folded(*lines: str, database: tuple[str, ...] = ()) -> list[str]:
    transcript = Transcript(stored(line) for line in database)
    for line in lines:
        transcript.apply(event(line))
    return shown(transcript)
