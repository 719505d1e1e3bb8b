"""Meetings of synthesised people on the running platform, and what each of them sees."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from uuid import UUID, uuid4

import httpx

from embedded.demo.captions import CaptionBoard
from embedded.demo.client import Account, Transcript, TranscriptSegment
from embedded.demo.measure import words
from embedded.demo.people import Person, SeenCaption
from embedded.demo.script import Voice
from embedded.demo.voices import Recording, Synthesiser

HIBARI = Voice(engine="hibari")
PICO = Voice(engine="pico")
_SYNTHESISER = Synthesiser()


@cache
def spoken(text: str, voice: Voice = HIBARI) -> Recording:
    """The text as sound."""
    return _SYNTHESISER.speak(text, voice)


class Guest:
    """One member of a meeting: an account, a presence in the room and the captions seen from there."""

    def __init__(self, account: Account, session_id: UUID, name: str) -> None:
        self.account = account
        self.name = name
        self.person = Person()
        self.seen: list[SeenCaption] = []
        self._session_id = session_id
        self._board = CaptionBoard()
        self._progress = asyncio.Event()

    async def join(self) -> None:
        """Enter the room without a microphone."""
        self.person.watch_captions(self._see)
        await self.person.join(await self.account.connection(self._session_id))

    async def switch_on(self) -> None:
        """Returns when the agent hears this microphone."""
        await self.person.publish()
        await self.person.heard()

    async def say(self, text: str, voice: Voice = HIBARI) -> None:
        """Returns when the last word is spoken."""
        clock = asyncio.get_running_loop().time
        recording, at = spoken(text, voice), clock() + 0.1
        self.person.microphone.play(recording, at=at)
        await asyncio.sleep(at + recording.seconds - clock())

    async def leave(self) -> None:
        await self.person.leave()

    @property
    def finals(self) -> list[SeenCaption]:
        return self._board.finals

    @property
    def repeated(self) -> list[str]:
        """The ids of finals that were seen more than once."""
        ids = [caption.segment_id for caption in self.seen if caption.final]
        return [each for each in ids if ids.count(each) > 1]

    def heard_from(self, name_of: dict[str, str], name: str) -> str:
        """All final words under one name, as they are compared."""
        own = [each.text for each in self.finals if name_of.get(each.identity) == name]
        return words(" ".join(own))

    async def sees(self, what: Callable[["Guest"], bool], *, seconds: float = 10.0) -> None:
        """Wait until it is so. Raises TimeoutError when it does not become so."""
        async with asyncio.timeout(seconds):
            while not what(self):
                self._progress.clear()
                await self._progress.wait()

    async def transcript_when(
        self, what: Callable[[list[TranscriptSegment]], bool], *, seconds: float = 10.0
    ) -> list[TranscriptSegment]:
        """The finals as the API returns them, as soon as they are as wanted."""
        async with asyncio.timeout(seconds):
            while True:
                segments = (await self.transcript()).finals
                if what(segments):
                    return segments
                await asyncio.sleep(0.1)

    async def transcript(self) -> Transcript:
        return await self.account.transcript(self._session_id)

    def _see(self, caption: SeenCaption) -> None:
        self.seen.append(caption)
        self._board.see(caption)
        self._progress.set()


class Room:
    """A session whose members come and go; whoever is left at the end is taken out."""

    def __init__(self, http: httpx.AsyncClient, host: Account, session_id: UUID, invite_code: str) -> None:
        self.session_id = session_id
        self.host = host
        self._http = http
        self.invite_code = invite_code
        self._guests: list[Guest] = []

    async def enter(self, name: str, *, account: Account | None = None) -> Guest:
        """A member by invitation joins the room."""
        if account is None:
            account = await sign_in(self._http, name)
            await account.join_session(self.invite_code)
        guest = Guest(account, self.session_id, name)
        self._guests.append(guest)
        await guest.join()
        return guest

    async def listening(self, *, seconds: float = 20.0) -> None:
        """Wait for the agent."""
        async with asyncio.timeout(seconds):
            while True:
                if (await self.host.activity(self.session_id)).agent == "listening":
                    return
                await asyncio.sleep(0.1)

    async def close(self) -> None:
        for guest in self._guests:
            await guest.leave()


async def sign_in(http: httpx.AsyncClient, name: str) -> Account:
    """A new account of this name."""
    return await Account.sign_in(http, email=f"{name.lower()}-{uuid4().hex[:8]}@example.com", name=name)


@asynccontextmanager
async def room(api_url: str, title: str) -> AsyncIterator[Room]:
    """A new session with an empty room. Its host has an account and is not in the room."""
    async with httpx.AsyncClient(base_url=api_url, timeout=20, trust_env=False) as http:
        host = await sign_in(http, "Host")
        session = await host.create_session(title=title, language="en-US")
        opened = Room(http, host, session.id, session.invite_code)
        try:
            yield opened
        finally:
            await opened.close()
