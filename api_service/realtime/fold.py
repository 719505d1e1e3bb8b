"""Stored segments and stream events, folded into what everybody should see now. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from api_service.realtime.events import Event, Segment
from shared.contracts.captions import (
    FIRST_HUMAN_REVISION,
    AgentChanged,
    Caption,
    SessionChanged,
    SpeakerRenamed,
)


class SpeakerNames:
    """Under which names people want to see the speakers, followed through the events of a stream."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def shown(self, event: Event) -> Event:
        """The event as people should see it. Events have to come in their order."""
        match event:
            case SpeakerRenamed(names=names):
                self._names = names
            # What a person changed already has the name that it is to have.
            case Caption(participant_name=name, revision=revision) if revision < FIRST_HUMAN_REVISION:
                return event.model_copy(update={"participant_name": self._names.get(name, name)})
        return event


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
            case SessionChanged(status="completed"):
                self._drop_partials()
            case SpeakerRenamed():
                self._rename(event)

    @property
    def segments(self) -> list[Segment]:
        """Finals and open partials by the time they began."""
        return sorted(self._segments.values(), key=lambda segment: (segment.start, segment.segment_id))

    def _put(self, segment: Segment) -> None:
        known = self._segments.get(segment.segment_id)
        # A final stands above every partial: words that were once certain never become uncertain again.
        if known is None or (segment.final, segment.revision) > (known.final, known.revision):
            self._segments[segment.segment_id] = segment

    def _rename(self, renamed: SpeakerRenamed) -> None:
        for name, segment in self._segments.items():
            if segment.speaker == renamed.old_speaker and name in (renamed.segment_ids or self._segments):
                self._segments[name] = replace(segment, speaker=renamed.new_speaker)

    def _drop_partials(self) -> None:
        self._segments = {name: segment for name, segment in self._segments.items() if segment.final}
