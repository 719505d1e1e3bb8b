"""Those who belong to a meeting, and what they ask of the API."""

from dataclasses import dataclass

import httpx

from api_service.database import Connection
from tests.integration.api_service.live.meetings import Meeting
from tests.integration.api_service.live.serving import Api


@dataclass(frozen=True)
class Member:
    """Somebody who is signed in."""

    api: Api
    headers: dict[str, str]
    id: str

    async def send(self, method: str, path: str, body: object = None) -> httpx.Response:
        return await self.api.http.request(method, path, json=body, headers=self.headers)

    async def finalize(self, meeting: Meeting, *, version: str = "v2") -> httpx.Response:
        return await self.send("POST", f"/api/{version}/sessions/{meeting.id}/finalize")

    async def done(self, meeting: Meeting) -> dict[str, object]:
        """What the session has come to, according to a finalization that succeeds."""
        answer = await self.finalize(meeting)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["success"], answer.json()["status"]) == (True, "success")
        result: dict[str, object] = answer.json()["result"]
        return result

    @property
    def identity(self) -> str:
        return f"intrascribe_user_{self.id}_7"


async def member(api: Api, email: str) -> Member:
    headers = await api.sign_in_as(email)
    account = await api.http.get("/api/v1/users/me", headers=headers)
    return Member(api, headers, account.raise_for_status().json()["id"])


async def began(admin: Connection, meeting: Meeting, *, seconds_ago: int = 60) -> None:
    """As presence leaves a session that somebody has just left."""
    await admin.execute(
        "select internal.open_session(%s, now() - make_interval(secs => %s))", [meeting.id, seconds_ago]
    )


async def has_status(meeting: Meeting, status: str) -> bool:
    return await meeting.status() == status
