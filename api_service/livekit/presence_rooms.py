"""What LiveKit knows about rooms, and what presence does to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from livekit.api import (
    CreateAgentDispatchRequest,
    DeleteRoomRequest,
    ListParticipantsRequest,
    ListRoomsRequest,
    LiveKitAPI,
    RoomParticipantIdentity,
    ServerError,
    UpdateRoomMetadataRequest,
)
from livekit.protocol.agent_dispatch import AgentDispatch
from livekit.protocol.models import ParticipantInfo, Room

from api_service.livekit.client import FAILURES
from api_service.livekit.presence_rules import Agent, Dispatch
from shared.contracts.rooms import AGENT_NAME, AgentJob, RoomMetadata, room_name, session_of
from shared.errors import UpstreamFailed

_NO_PEOPLE = frozenset({ParticipantInfo.Kind.AGENT, ParticipantInfo.Kind.EGRESS})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a room."""

    identity: str
    name: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A room as a list of rooms shows it."""

    size: int
    """Its participants of any kind."""

    recording: bool | None
    """What it tells everybody in it; None where it tells nothing."""


@dataclass(frozen=True, slots=True)
class Occupants:
    """Who is in a room and who was sent for."""

    people: tuple[Person, ...] = ()
    agents: tuple[Agent, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()


class LiveKitRooms:
    """The rooms of sessions. Everything raises UpstreamFailed while LiveKit does not answer."""

    def __init__(self, livekit: LiveKitAPI) -> None:
        self._livekit = livekit

    async def all(self) -> dict[UUID, Listed]:
        """The rooms of sessions."""
        async with _answering():
            listed = await self._livekit.room.list_rooms(ListRoomsRequest())
        return {session_of(room.name): _listed(room) for room in listed.rooms if _is_ours(room.name)}

    async def find(self, session_id: UUID) -> Listed | None:
        """The room of a session; None if it does not exist."""
        async with _answering():
            listed = await self._livekit.room.list_rooms(ListRoomsRequest(names=[room_name(session_id)]))
        return _listed(listed.rooms[0]) if listed.rooms else None

    async def occupants(self, session_id: UUID) -> Occupants:
        """Those of a room that exists; nobody if it closed meanwhile."""
        people, agents = await self._participants(session_id)
        dispatches: list[AgentDispatch] = []
        async with _answering(), _unless_gone():
            dispatches = await self._livekit.agent_dispatch.list_dispatch(room_name(session_id))
        ours = tuple(_dispatch(each) for each in dispatches if each.agent_name == AGENT_NAME)
        return Occupants(people, agents, ours)

    async def people(self, session_id: UUID) -> tuple[Person, ...]:
        """Those in a room; nobody if there is none."""
        people, _ = await self._participants(session_id)
        return people

    async def describe(self, session_id: UUID, metadata: RoomMetadata) -> None:
        """Tell everybody in a room what holds there; nobody if there is none."""
        request = UpdateRoomMetadataRequest(room=room_name(session_id), metadata=metadata.model_dump_json())
        async with _answering(), _unless_gone():
            await self._livekit.room.update_room_metadata(request)

    async def send_agent(self, job: AgentJob) -> None:
        request = CreateAgentDispatchRequest(
            agent_name=AGENT_NAME, room=room_name(job.session_id), metadata=job.model_dump_json()
        )
        async with _answering():
            await self._livekit.agent_dispatch.create_dispatch(request)

    async def delete_dispatch(self, session_id: UUID, dispatch_id: str) -> None:
        """Also ends the job of that dispatch, if it still runs."""
        async with _answering(), _unless_gone():
            await self._livekit.agent_dispatch.delete_dispatch(dispatch_id, room_name(session_id))

    async def remove(self, session_id: UUID, identity: str) -> None:
        request = RoomParticipantIdentity(room=room_name(session_id), identity=identity)
        async with _answering(), _unless_gone():
            await self._livekit.room.remove_participant(request)

    async def close(self, session_id: UUID) -> None:
        """Send everybody out, agents too; a room that does not exist is closed."""
        async with _answering(), _unless_gone():
            await self._livekit.room.delete_room(DeleteRoomRequest(room=room_name(session_id)))

    async def _participants(self, session_id: UUID) -> tuple[tuple[Person, ...], tuple[Agent, ...]]:
        infos: list[ParticipantInfo] = []
        async with _answering(), _unless_gone():
            request = ListParticipantsRequest(room=room_name(session_id))
            infos = list((await self._livekit.room.list_participants(request)).participants)
        present = [info for info in infos if info.state != ParticipantInfo.State.DISCONNECTED]
        people = tuple(Person(info.identity, info.name) for info in present if info.kind not in _NO_PEOPLE)
        agents = tuple(_agent(info) for info in present if info.kind == ParticipantInfo.Kind.AGENT)
        return people, agents


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    try:
        yield
    except FAILURES as failure:
        raise UpstreamFailed(f"LiveKit did not answer: {type(failure).__name__}") from failure


@asynccontextmanager
async def _unless_gone() -> AsyncIterator[None]:
    """What is asked for a thing that has just gone is settled by that."""
    try:
        yield
    except ServerError as failure:
        if failure.code != "not_found":
            raise


def _is_ours(room: str) -> bool:
    try:
        return room == room_name(session_of(room))
    except ValueError:
        return False


def _listed(room: Room) -> Listed:
    told = RoomMetadata.of(room.metadata)
    return Listed(room.num_participants, told.recording if told else None)


def _agent(info: ParticipantInfo) -> Agent:
    joined_at = info.joined_at_ms / 1000 if info.joined_at_ms else float(info.joined_at)
    return Agent(info.identity, datetime.fromtimestamp(joined_at, UTC))


def _dispatch(dispatch: AgentDispatch) -> Dispatch:
    identities = (job.state.participant_identity for job in dispatch.state.jobs)
    return Dispatch(
        id=dispatch.id,
        created_at=datetime.fromtimestamp(dispatch.state.created_at / 1e9, UTC),
        identities=frozenset(identity for identity in identities if identity),
        clock_started_at=_clock_told(dispatch.metadata),
    )


def _clock_told(metadata: str) -> datetime | None:
    try:
        return AgentJob.model_validate_json(metadata).started_at
    except ValueError:
        return None
