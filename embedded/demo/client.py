"""The public API as somebody in a meeting uses it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import httpx
from pydantic import BaseModel, Field, RootModel

from embedded.failures import Failure


class SignedIn(BaseModel):
    """A token of the development sign-in."""

    access_token: str


class Session(BaseModel):
    """A meeting as its members see it."""

    id: UUID
    title: str
    status: str
    invite_code: str
    started_at: datetime | None


class Connection(BaseModel):
    """How to join the room of a session."""

    server_url: str = Field(alias="serverUrl")
    room_name: str = Field(alias="roomName")
    participant_name: str = Field(alias="participantName")
    participant_token: str = Field(alias="participantToken")
    session_id: UUID = Field(alias="sessionId")


class Activity(BaseModel):
    """What goes on in a session at the moment."""

    status: str
    agent: Literal["listening", "absent"]


class TranscriptSegment(BaseModel):
    """One final caption as it is stored."""

    segment_id: str
    speaker: str
    participant_identity: str
    start_time: float
    end_time: float
    text: str
    is_final: bool


class Transcript(BaseModel):
    """Everything said in a session so far, and the position in its live stream that this lies at."""

    segments: list[TranscriptSegment]
    position: str

    @property
    def finals(self) -> list[TranscriptSegment]:
        return [segment for segment in self.segments if segment.is_final]


class Account:
    """Requests in the name of one user. The caller owns the httpx client, whose base URL is the API's.

    Every method raises Failure when the API does not do what it is asked.
    """

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self.headers = {"authorization": f"Bearer {token}"}

    @classmethod
    async def sign_in(cls, http: httpx.AsyncClient, *, email: str, name: str) -> "Account":
        """Sign in as the development account with this address, which is made when there is none."""
        body = {"email": email, "full_name": name}
        answer = await _ask(http, "POST", "/auth/development-token", body=body)
        return cls(http, SignedIn.model_validate_json(answer).access_token)

    async def create_session(self, *, title: str, language: str) -> Session:
        return Session.model_validate_json(
            await self._post("/sessions", {"title": title, "language": language})
        )

    async def join_session(self, invite_code: str) -> Session:
        """Become a member of somebody else's session."""
        return Session.model_validate_json(await self._post("/sessions/join", {"invite_code": invite_code}))

    async def sessions(self) -> list[Session]:
        """The sessions of this user, the newest first."""
        return RootModel[list[Session]].model_validate_json(await self._get("/sessions")).root

    async def session(self, session_id: UUID) -> Session:
        return Session.model_validate_json(await self._get(f"/sessions/{session_id}"))

    async def connection(self, session_id: UUID) -> Connection:
        """A way into the room, for this user and this one connection."""
        body = {"session_id": str(session_id)}
        return Connection.model_validate_json(await self._post("/livekit/connection-details", body))

    async def activity(self, session_id: UUID) -> Activity:
        return Activity.model_validate_json(await self._get(f"/realtime/sessions/{session_id}/status"))

    async def transcript(self, session_id: UUID) -> Transcript:
        return Transcript.model_validate_json(
            await self._get(f"/realtime/sessions/{session_id}/transcription")
        )

    async def finalize(self, session_id: UUID) -> None:
        """The meeting is over, as far as this user knows."""
        await self._post(f"/sessions/{session_id}/finalize", {})

    async def _get(self, path: str) -> bytes:
        return await _ask(self._http, "GET", path, headers=self.headers)

    async def _post(self, path: str, body: dict[str, str]) -> bytes:
        return await _ask(self._http, "POST", path, body=body, headers=self.headers)


async def _ask(
    http: httpx.AsyncClient,
    method: str,
    path: str,
    *,
    body: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    advice = "`make logs` shows what it says"
    try:
        response = await http.request(method, f"/api/v1{path}", json=body, headers=headers)
    except httpx.HTTPError as failure:
        raise Failure(
            f"the API did not answer {method} {path}: {type(failure).__name__}", advice
        ) from failure
    if not response.is_success:
        raise Failure(f"the API answered {method} {path} with {response.status_code}", advice)
    return response.content
