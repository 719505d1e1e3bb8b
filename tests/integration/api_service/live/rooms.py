"""People and agents in real rooms, as far as signalling goes: nobody here sends or hears audio."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid4

import aiohttp
from livekit.api import AccessToken, VideoGrants
from livekit.protocol.agent import (
    AvailabilityResponse,
    JobType,
    RegisterWorkerRequest,
    ServerMessage,
    WorkerMessage,
)
from livekit.protocol.rtc import SignalResponse
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.contracts.rooms import AGENT_NAME, LEASE_SECONDS, AgentJob, lease_key, room_name
from tests.servers import Servers


class Seat:
    """One participant's connection to its room."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.left = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            answer = SignalResponse.FromString(message.data)
            if answer.WhichOneof("message") == "leave":
                break
        self.left.set()

    async def leave(self) -> None:
        """Go, as when a tab is closed."""
        await self._socket.close()
        await asyncio.gather(self._reading, return_exceptions=True)

    def vanish(self) -> None:
        """Stop answering without a word: the server keeps the participant for a while."""
        self._reading.cancel()


async def take_seat(http: aiohttp.ClientSession, servers: Servers, token: str) -> Seat:
    """Join a room; returns when the server has said so."""
    address = f"{servers.livekit_url}/rtc?access_token={token}&protocol=16&auto_subscribe=0&sdk=python"
    socket = await http.ws_connect(address)
    first = SignalResponse.FromString(await socket.receive_bytes())
    assert first.WhichOneof("message") == "join"
    return Seat(socket)


def person_token(servers: Servers, session_id: UUID, identity: str) -> str:
    """What connection-details would give."""
    grants = VideoGrants(room_join=True, room=room_name(session_id))
    token = AccessToken(servers.livekit_api_key, servers.livekit_api_secret)
    return token.with_identity(identity).with_name(identity.title()).with_grants(grants).to_jwt()


class Agent:
    """The job of one room: holds the lease while it lives."""

    def __init__(self, job: AgentJob, identity: str, seat: Seat, redis: Redis) -> None:
        self.job = job
        self.identity = identity
        self.seat = seat
        self._redis = redis
        self._renewing = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        key, milliseconds = lease_key(self.job.session_id), int(LEASE_SECONDS * 1000)
        while not self.seat.left.is_set():
            with suppress(RedisError):
                holder = await self._redis.get(key)
                if holder in {None, self.identity}:
                    await self._redis.set(key, self.identity, px=milliseconds)
            await asyncio.sleep(0.2)

    def kill(self) -> None:
        """As kill -9 does: the lease runs out, the participant stays as a ghost."""
        self._renewing.cancel()
        self.seat.vanish()

    async def finish(self) -> None:
        """End as a job does that is told to: nobody has to wait for its lease."""
        await self.close()
        if await self._redis.get(key := lease_key(self.job.session_id)) == self.identity:
            await self._redis.delete(key)
        self.seat.left.set()

    async def close(self) -> None:
        self._renewing.cancel()
        await asyncio.gather(self._renewing, return_exceptions=True)
        await self.seat.leave()


class Worker:
    """A worker as the server knows it, with a process's worth of jobs."""

    def __init__(self, servers: Servers, http: aiohttp.ClientSession, redis: Redis) -> None:
        self._servers = servers
        self._http = http
        self._redis = redis
        self.agents: list[Agent] = []
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._serving: asyncio.Task[None] | None = None
        self.takes_jobs = True

    async def register(self) -> None:
        """Offer to serve; returns when the server knows."""
        token = AccessToken(self._servers.livekit_api_key, self._servers.livekit_api_secret)
        grant = token.with_grants(VideoGrants(agent=True)).to_jwt()
        self._socket = await self._http.ws_connect(
            f"{self._servers.livekit_url}/agent", headers={"authorization": f"Bearer {grant}"}
        )
        offer = RegisterWorkerRequest(type=JobType.JT_ROOM, agent_name=AGENT_NAME, version="1")
        await self._socket.send_bytes(WorkerMessage(register=offer).SerializeToString())
        answer = ServerMessage.FromString(await self._socket.receive_bytes())
        assert answer.WhichOneof("message") == "register"
        self._serving = asyncio.create_task(self._serve(self._socket))

    async def _serve(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            asked = ServerMessage.FromString(message.data)
            match asked.WhichOneof("message"):
                case "availability":
                    job_id = asked.availability.job.id
                    answer = AvailabilityResponse(
                        job_id=job_id,
                        available=self.takes_jobs,
                        participant_identity=f"agent-{job_id}",
                        participant_name="agent",
                    )
                    await socket.send_bytes(WorkerMessage(availability=answer).SerializeToString())
                case "termination":
                    ended = f"agent-{asked.termination.job_id}"
                    for agent in self.agents:
                        if agent.identity == ended:
                            await agent.finish()
                case "assignment":
                    job, identity = asked.assignment.job, f"agent-{asked.assignment.job.id}"
                    seat = await take_seat(self._http, self._servers, asked.assignment.token)
                    told = AgentJob.model_validate_json(job.metadata)
                    self.agents.append(Agent(told, identity, seat, self._redis))

    async def disconnect(self) -> None:
        """The worker is gone; what becomes of its jobs is for the test to say."""
        if self._serving and self._socket:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
            await self._socket.close()

    async def close(self) -> None:
        await self.disconnect()
        for agent in self.agents:
            await agent.close()


@asynccontextmanager
async def registered(servers: Servers, redis: Redis) -> AsyncIterator[Worker]:
    """A worker that is ready for jobs."""
    async with aiohttp.ClientSession() as http:
        worker = Worker(servers, http, redis)
        try:
            await worker.register()
            yield worker
        finally:
            await worker.close()


@asynccontextmanager
async def visiting(servers: Servers, session_id: UUID, identity: str | None = None) -> AsyncIterator[Seat]:
    """A person who is in the room for the length of the block."""
    async with aiohttp.ClientSession() as http:
        name = identity or f"guest-{uuid4().hex[:6]}"
        seat = await take_seat(http, servers, person_token(servers, session_id, name))
        try:
            yield seat
        finally:
            await seat.leave()
