"""Which states of a session a client may ask for. Pure."""

from typing import get_args

from api_service.sessions.repository import Status
from shared.errors import BadRequest, Conflict

LIVE: frozenset[Status] = frozenset({"recording", "paused"})
"""Its room may have people in it, and it ends with its room."""

ENDING: frozenset[Status] = LIVE | {"created"}
"""It can be finalized. While it is transcribed it ends with that, and a failure of that ends nothing."""

OVER: frozenset[Status] = frozenset({"completed", "cancelled", "archived"})

_ALLOWED: dict[Status, frozenset[Status]] = {
    "created": OVER,
    "recording": OVER | {"paused"},
    "paused": OVER | {"recording"},
    "processing": frozenset({"cancelled", "archived"}),
    "failed": frozenset({"completed", "archived"}),
    "completed": frozenset({"archived"}),
    "cancelled": frozenset({"archived"}),
    "archived": frozenset({"completed"}),
}
"""Recording begins with the first person in the room and processing with a job: neither can be asked for."""


class InvalidStatus(BadRequest):
    code, title = "invalid-status", "There is no such status"


class StatusNotAllowed(Conflict):
    code, title = "status-not-allowed", "The session cannot become this now"


def next_status(now: Status, asked: str) -> Status:
    """The status that was asked for. Raises InvalidStatus and StatusNotAllowed."""
    known = next((status for status in get_args(Status) if status == asked), None)
    if known is None:
        raise InvalidStatus("Invalid status")
    wanted: Status = known
    if wanted != now and wanted not in _ALLOWED[now]:
        allowed = ", ".join(sorted(_ALLOWED[now]))
        raise StatusNotAllowed(f"It is {now}, and can be made {allowed}")
    return wanted
