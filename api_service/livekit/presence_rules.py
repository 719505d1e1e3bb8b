"""Decides what a session's room needs: an agent, fewer of them, or another state of the session. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from api_service.sessions.lifecycle import LIVE

_UNANSWERED = timedelta(seconds=2)
"""A dispatch of which nothing was heard for this long found no worker: the server does not offer it again."""

_STARTING = timedelta(seconds=8)
"""An agent that was assigned may take this long to begin, even on a busy machine with cold caches."""

_LINKED = timedelta(seconds=8)
"""The server tells who took a dispatch up to five seconds after that agent began."""

_GHOST = timedelta(seconds=6)
"""An agent waits four seconds for a lease and then leaves; whoever stays longer without one is dead."""

_ABSENT = timedelta(seconds=5)
"""A holder of the lease that is not in the room for this long hears nothing."""

_EMPTY = timedelta(seconds=30)
"""A session whose room is empty for this long has ended."""

_GONE = timedelta(seconds=3)
"""After a restart of the server rooms are gone for a moment, until their participants are back."""

_CLOSED = frozenset({"cancelled", "archived"})
_UNATTENDED = _CLOSED | {"paused"}
"""No agent listens then, whoever is in the room."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A participant of the kind AGENT."""

    identity: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A request for an agent. It has identities as soon as a worker has taken it, and keeps them."""

    id: str
    created_at: datetime
    identities: frozenset[str]
    clock_started_at: datetime | None
    """Zero of the session's clock as the agent was told."""


@dataclass(frozen=True, slots=True)
class Room:
    """What is known about a session's room at one moment."""

    exists: bool = False
    people: int = 0
    agents: tuple[Agent, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()
    holder: str | None = None
    """Identity of the agent that holds the lease."""

    announced_at: datetime | None = None
    """When somebody was given a token for it, if that was just now."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    clock_from: datetime
    """Zero of the session's clock if it has none yet."""


@dataclass(frozen=True, slots=True)
class CompleteSession:
    at: datetime


@dataclass(frozen=True, slots=True)
class SendAgent:
    clock_from: datetime


@dataclass(frozen=True, slots=True)
class DeleteDispatch:
    id: str


@dataclass(frozen=True, slots=True)
class RemoveAgent:
    identity: str


@dataclass(frozen=True, slots=True)
class RevokeLease:
    """Make the holder stop, wherever it is."""

    identity: str


Action = OpenSession | CompleteSession | SendAgent | DeleteDispatch | RemoveAgent | RevokeLease


class RoomWatch:
    """Remembers of one room what a single look at it cannot tell."""

    def __init__(self) -> None:
        self._held: set[str] = set()
        """Agents that were seen with the lease: without it they are dead, not starting."""
        self._holder_absent_since: datetime | None = None
        self._people_seen_at: datetime | None = None
        self._empty_since: datetime | None = None

    def decide(self, room: Room, *, status: str, now: datetime) -> list[Action]:
        """What to do, in this order."""
        if room.people:
            self._people_seen_at = now
        if room.people or self._is_awaited(room):
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = now
        return [*self._session(room, status, now), *self._agents(room, status, now)]

    def _is_awaited(self, room: Room) -> bool:
        """Whether somebody was announced and nobody has been in the room since."""
        if room.announced_at is None:
            return False
        return self._people_seen_at is None or self._people_seen_at < room.announced_at

    def _session(self, room: Room, status: str, now: datetime) -> Iterator[Action]:
        if room.people and status not in LIVE and status not in _CLOSED:
            yield OpenSession(_clock(room, now))
        if status in LIVE and self._has_ended(room, now):
            yield CompleteSession(self._people_seen_at or self._empty_since or now)

    def _has_ended(self, room: Room, now: datetime) -> bool:
        patience = _EMPTY if room.exists else _GONE
        return self._empty_since is not None and now - self._empty_since >= patience

    def _agents(self, room: Room, status: str, now: datetime) -> Iterator[Action]:
        wanted = bool(room.people or self._is_awaited(room)) and status not in _UNATTENDED
        if room.holder is not None:
            self._held.add(room.holder)
            yield from self._absent_holder(room, room.holder, now)
        elif wanted and not self._one_is_coming(room, now):
            yield SendAgent(_clock(room, now))
        leaving = status in _UNATTENDED or (not wanted and self._has_ended(room, now))
        for dispatch in room.dispatches:
            if leaving or self._is_stale(room, dispatch, now):
                yield DeleteDispatch(dispatch.id)
        for agent in room.agents:
            if agent.identity != room.holder and (
                agent.identity in self._held or now - agent.joined_at >= _GHOST
            ):
                yield RemoveAgent(agent.identity)

    def _one_is_coming(self, room: Room, now: datetime) -> bool:
        return any(self._is_starting(dispatch, now) for dispatch in room.dispatches) or any(
            agent.identity not in self._held and now - agent.joined_at < _GHOST for agent in room.agents
        )

    def _is_starting(self, dispatch: Dispatch, now: datetime) -> bool:
        if dispatch.identities & self._held:
            return False
        return now - dispatch.created_at < (_STARTING if dispatch.identities else _UNANSWERED)

    def _is_stale(self, room: Room, dispatch: Dispatch, now: datetime) -> bool:
        """Whether no living agent came of it, or one too many."""
        if room.holder is None:
            dead = bool(dispatch.identities & self._held)
        else:
            linked = any(room.holder in each.identities for each in room.dispatches)
            dead = linked and room.holder not in dispatch.identities
        return dead or (room.holder not in dispatch.identities and now - dispatch.created_at >= _LINKED)

    def _absent_holder(self, room: Room, holder: str, now: datetime) -> Iterator[Action]:
        if any(agent.identity == holder for agent in room.agents):
            self._holder_absent_since = None
        elif self._holder_absent_since is None:
            self._holder_absent_since = now
        elif now - self._holder_absent_since >= _ABSENT:
            self._holder_absent_since = None
            yield RevokeLease(holder)


def _clock(room: Room, now: datetime) -> datetime:
    """Zero of the clock of a session that has not begun: what an agent was already told, if any was."""
    told = [each.clock_started_at for each in room.dispatches if each.clock_started_at]
    return min(told, default=now)
