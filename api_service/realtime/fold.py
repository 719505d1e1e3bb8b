"""Stored segments and stream events, folded into what everybody should see now. Pure."""

from collections.abc import Iterable

from api_service.realtime.events import Event, Segment
from shared.contracts.captions import AgentChanged, Caption


class Transcript:
    """The current version of every segment of one session."""

    def __init__(self, stored: Iterable[Segment] = ()) -> None:
        self._segments: dict[str, Segment] = {}
        for segment in stored:
            self._put(segment)

    def apply(self, event: Event) -> None:
        """Take one event. The order of captions of one segment does not matter."""
        match event:
            case Caption():
                self._put(Segment.of(event))
            case AgentChanged(state="listening"):
                self._drop_partials()
            case _:
                if not isinstance(event, AgentChanged) and event.status == "completed":
                    self._drop_partials()

    @property
    def segments(self) -> list[Segment]:
        """Finals and open partials by the time they began."""
        return sorted(self._segments.values(), key=lambda segment: (segment.start, segment.segment_id))

    def _put(self, segment: Segment) -> None:
        known = self._segments.get(segment.segment_id)
        # A final stands above every partial: words that were once certain never become uncertain again.
        if known is None or (segment.final, segment.revision) > (known.final, known.revision):
            self._segments[segment.segment_id] = segment

    def _drop_partials(self) -> None:
        self._segments = {name: segment for name, segment in self._segments.items() if segment.final}
