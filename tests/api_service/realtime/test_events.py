"""Entries become events, or are named unreadable without repeating what was said."""

import json
from uuid import uuid4

import pytest

from api_service.realtime.events import Unreadable, read_entries, read_event
from shared.contracts.captions import AgentChanged, SessionChanged
from tests.api_service.realtime.scripts import SESSION, event, said


@pytest.mark.parametrize(
    ("kind", "line"),
    [("caption", "ann 0.0-1.0 r0~ hi"), ("agent", "agent listening"), ("session", "session completed")],
)
def test_what_was_written_is_read_again(kind: str, line: str) -> None:
    written = event(line)
    assert read_event(SESSION, {"event": kind, "data": written.model_dump_json()}) == written


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"event": "caption"},
        {"data": "{}"},
        {"event": "gossip", "data": "{}"},
        {"event": "caption", "data": "{secret"},
        {"event": "caption", "data": json.dumps({"text": "secret"})},
        {"event": "agent", "data": json.dumps({"state": "secret", "identity": "a"})},
    ],
)
def test_what_cannot_be_read_is_named_without_its_content(fields: dict[str, str]) -> None:
    with pytest.raises(Unreadable) as caught:
        read_event(SESSION, fields)
    assert "secret" not in f"{caught.value} {caught.value.__cause__}"


def test_a_caption_of_another_session_is_unreadable_here() -> None:
    foreign = said("ann 0.0-1.0 r0: hi", session_id=uuid4())
    with pytest.raises(Unreadable, match="another session"):
        read_event(SESSION, {"event": "caption", "data": foreign.model_dump_json()})


def test_readers_pass_over_what_they_cannot_read() -> None:
    changed = AgentChanged(state="left", identity="a").model_dump_json()
    raw = [("1-0", {"event": "caption", "data": "{"}), ("2-0", {"event": "agent", "data": changed})]
    assert [str(entry.position) for entry in read_entries(SESSION, raw)] == ["2-0"]
    assert not isinstance(read_entries(SESSION, raw)[0].event, SessionChanged)
