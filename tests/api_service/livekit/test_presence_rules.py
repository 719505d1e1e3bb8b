"""What a room needs, told as short histories.

Every history is a list of moments; at each one the room is seen and the actions are written as words.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from api_service.livekit.presence_rules import Action, Agent, Dispatch, Room, RoomWatch

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Story:
    """One room over time. Agents and dispatches are named; the agent of dispatch `d1` is `d1`."""

    status: str = "created"
    watch: RoomWatch = field(default_factory=RoomWatch)
    exists: bool = True
    people: int = 0
    announced: float | None = None
    holder: str | None = None
    agents: dict[str, float] = field(default_factory=dict)
    dispatches: dict[str, tuple[float, bool]] = field(default_factory=dict)
    """Seconds after noon when each was made, and whether the server tells who took it."""

    def sent(self, name: str, at: float, *, linked: bool = True) -> None:
        self.dispatches[name] = (at, linked)

    def joined(self, name: str, at: float) -> None:
        self.agents[name] = at

    def at(self, seconds: float) -> list[str]:
        room = Room(
            exists=self.exists,
            people=self.people,
            agents=tuple(Agent(name, moment(at)) for name, at in self.agents.items()),
            dispatches=tuple(
                Dispatch(name, moment(at), frozenset([name] if linked else []), moment(at))
                for name, (at, linked) in self.dispatches.items()
            ),
            holder=self.holder,
            announced_at=None if self.announced is None else moment(self.announced),
        )
        actions = self.watch.decide(room, status=self.status, now=moment(seconds))
        if any(type(action).__name__ == "OpenSession" for action in actions):
            self.status = "recording"
        return [in_words(action) for action in actions]


def moment(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def in_words(action: Action) -> str:
    values = [getattr(action, name) for name in action.__slots__]
    said = [str(int((v - NOON).total_seconds())) if isinstance(v, datetime) else str(v) for v in values]
    return " ".join([type(action).__name__, *said])


def attended(at: float = 0) -> Story:
    """A meeting with one person whose agent listens."""
    story = Story(status="recording", people=1, holder="d1")
    story.sent("d1", at)
    story.joined("d1", at)
    assert story.at(at + 1) == []
    return story


def test_the_first_person_opens_the_session_and_gets_an_agent() -> None:
    story = Story(people=1)
    assert story.at(0) == ["OpenSession 0", "SendAgent 0"]
    story.sent("d1", 0, linked=False)
    assert story.at(1) == []
    story.joined("d1", 1)
    story.holder = "d1"
    assert story.at(2) == []


def test_a_room_without_people_gets_no_agent() -> None:
    assert Story().at(0) == []


def test_somebody_with_a_token_has_an_agent_before_entering() -> None:
    story = Story(exists=False, announced=0)
    assert story.at(0) == ["SendAgent 0"]
    story.exists = True
    story.sent("d1", 0)
    assert story.at(1) == []


def test_the_clock_of_the_session_is_the_one_that_the_agent_was_told() -> None:
    story = Story(people=1)
    story.sent("d1", -7)
    assert story.at(0) == ["OpenSession -7"]


def test_a_dead_agent_is_replaced_as_soon_as_its_lease_is_gone() -> None:
    story = attended()
    story.holder = None
    assert story.at(20) == ["SendAgent 0", "DeleteDispatch d1", "RemoveAgent d1"]


def test_an_agent_that_starts_slowly_is_waited_for() -> None:
    story = Story(status="recording", people=1)
    story.sent("d1", 0)
    assert [story.at(seconds) for seconds in (1, 3, 5, 7)] == [[], [], [], []]
    assert story.at(8) == ["SendAgent 0", "DeleteDispatch d1"]


def test_a_dispatch_without_an_answer_is_followed_by_another_but_may_still_come_true() -> None:
    story = Story(status="recording", people=1)
    story.sent("d1", 0, linked=False)
    assert story.at(1) == []
    assert story.at(2) == ["SendAgent 0"]
    story.sent("d2", 2, linked=False)
    assert story.at(3) == []
    assert story.at(4) == ["SendAgent 0"]
    assert story.at(8) == ["SendAgent 0", "DeleteDispatch d1"]


def test_an_agent_that_has_come_but_not_begun_is_waited_for() -> None:
    story = Story(status="recording", people=1)
    story.sent("d1", 0, linked=False)
    story.joined("d1", 1)
    assert [story.at(seconds) for seconds in (2, 4, 6)] == [[], [], []]
    assert story.at(7) == ["SendAgent 0", "RemoveAgent d1"]


def test_of_two_agents_the_one_with_the_lease_stays() -> None:
    story = attended()
    story.sent("d2", 5)
    story.joined("d2", 6)
    assert story.at(7) == ["DeleteDispatch d2"]
    del story.dispatches["d2"]
    assert story.at(12) == ["RemoveAgent d2"]


def test_nothing_is_deleted_while_it_is_unknown_which_dispatch_the_holder_came_from() -> None:
    story = Story(status="recording", people=1, holder="d1")
    story.joined("d1", 1)
    story.sent("d1", 0, linked=False)
    story.sent("d2", 2, linked=False)
    assert story.at(3) == []
    story.sent("d1", 0, linked=True)
    assert story.at(6) == ["DeleteDispatch d2"]


def test_a_holder_that_is_not_in_the_room_loses_its_lease() -> None:
    story = attended()
    story.agents.clear()
    story.dispatches.clear()
    assert story.at(10) == []
    assert story.at(14) == []
    assert story.at(15) == ["RevokeLease d1"]
    story.holder = None
    assert story.at(16) == ["SendAgent 16"]


def test_a_session_ends_when_its_room_stays_empty() -> None:
    story = attended()
    assert story.at(50) == []
    story.people = 0
    assert story.at(60) == []
    assert story.at(89) == []
    assert story.at(90) == ["CompleteSession 50", "DeleteDispatch d1"]


def test_a_session_ends_soon_after_its_room() -> None:
    story = attended()
    assert story.at(50) == []
    story.people, story.exists = 0, False
    story.agents.clear()
    story.dispatches.clear()
    story.holder = None
    assert story.at(51) == []
    assert story.at(54) == ["CompleteSession 50"]


def test_a_server_that_restarts_does_not_end_sessions() -> None:
    story = attended()
    before = (story.people, story.agents, story.dispatches)
    story.exists, story.people, story.agents, story.dispatches = False, 0, {}, {}
    assert story.at(10) == []
    story.exists, (story.people, story.agents, story.dispatches) = True, before
    assert story.at(12) == []


def test_whoever_is_announced_keeps_the_session_open() -> None:
    story = attended()
    story.people, story.announced = 0, 5
    assert [story.at(seconds) for seconds in (10, 40, 64)] == [[], [], []]


def test_who_was_announced_has_come_when_somebody_was_seen() -> None:
    story = attended()
    story.announced = 5
    assert story.at(6) == []
    story.people, story.holder, story.dispatches, story.agents = 0, None, {}, {}
    assert story.at(10) == []
    assert story.at(40) == ["CompleteSession 6"]


def test_a_session_that_somebody_comes_back_to_goes_on() -> None:
    story = Story(status="completed", people=1)
    assert story.at(0) == ["OpenSession 0", "SendAgent 0"]


@pytest.mark.parametrize("status", ["cancelled", "archived"])
def test_closed_sessions_are_left_alone(status: str) -> None:
    assert Story(status=status, people=1, announced=0).at(0) == []


def test_a_paused_session_loses_its_agent_and_stays_paused() -> None:
    story = attended()
    story.status = "paused"
    assert story.at(2) == ["DeleteDispatch d1"]
    story.dispatches.clear()
    story.agents.clear()
    story.holder = None
    assert story.at(20) == []


def test_a_paused_session_that_is_resumed_gets_an_agent_again() -> None:
    story = Story(status="paused", people=1)
    assert story.at(0) == []
    story.status = "recording"
    assert story.at(1) == ["SendAgent 1"]


@pytest.mark.parametrize("status", ["recording", "paused"])
def test_a_session_ends_with_its_room_whether_it_was_paused_or_not(status: str) -> None:
    story = Story(status=status, people=1, holder="d1")
    story.at(0)
    story.people, story.exists, story.holder = 0, False, None
    story.at(1)
    assert story.at(5) == ["CompleteSession 0"]


def test_a_session_found_recording_without_a_room_is_ended() -> None:
    story = Story(status="recording", exists=False)
    assert story.at(0) == []
    assert story.at(3) == ["CompleteSession 0"]
