"""How minutes come about, whoever makes them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from api_service.llm.bill import Bill, Cost
from api_service.minutes.document import Minutes, Origin
from api_service.minutes.transcript import Said
from shared.errors import Conflict

Section = Literal[
    "title", "highlights", "key_points", "decisions", "action_items", "open_questions", "chapters"
]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody asks of minutes."""

    language: str | None = None
    """A language tag; None is the language of the meeting."""

    instructions: str = ""
    """In somebody's own words. Minutes that only quote cannot follow any."""


@dataclass(frozen=True, slots=True)
class Made:
    """Minutes that are complete."""

    minutes: Minutes
    model: str
    provider: str
    cost: Cost
    dropped: int = 0
    """Items that named no segment of this meeting and were left out."""

    @property
    def counted(self) -> Minutes:
        """The minutes, which say themselves how much was left out of them."""
        return self.minutes.model_copy(update={"dropped_items": self.dropped})

    @property
    def origin(self) -> Origin:
        return self.minutes.origin


@dataclass(frozen=True, slots=True)
class Titled:
    """A title, with the names of now."""

    title: str
    origin: Origin
    model: str
    provider: str
    cost: Cost
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Ready:
    """How far the work is, from 0 to 1, and which sections are whole by now."""

    share: float
    minutes: Minutes | None = None
    sections: tuple[Section, ...] = ()


Told = Callable[[Ready], Awaitable[None]]


class MinutesMaker(Protocol):
    """Raises a ServiceError where it cannot; then there are no minutes, rather than half of them."""

    async def make(
        self, transcript: Sequence[Said], wishes: Wishes, told: Told, bill: Bill | None = None
    ) -> Made:
        """`bill` has what is spent also where there are no minutes in the end."""

    async def entitle(
        self, transcript: Sequence[Said], wishes: Wishes, *, summary: str = "", bill: Bill | None = None
    ) -> Titled:
        """A title alone, of a summary where there is one: that takes a moment and not minutes."""


class NothingSaid(Conflict):
    code, title = "nothing-said", "There is nothing to make minutes of"

    def __init__(self) -> None:
        super().__init__("This session has no transcript yet")
