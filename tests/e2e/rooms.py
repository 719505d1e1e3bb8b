"""Meetings of synthesised people on the running platform, and what each of them sees."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from uuid import UUID, uuid4

import httpx

from embedded.demo.captions import CaptionBoard
from embedded.demo.client import Account, Transcript, TranscriptSegment
from embedded.demo.measure import word_error_rate, words
from embedded.demo.people import Person, SeenCaption
from embedded.demo.script import Voice
from embedded.demo.voices import Recording, Synthesiser
from embedded.failures import Failure

HIBARI = Voice(engine="hibari")
PICO = Voice(engine="pico")
SENTENCES = (
    "The children are playing outside.",
    "He reads a book every night.",
    "The kitchen is very clean.",
    "My father likes to cook dinner.",
    "The window was open all day.",
    "I left my keys on the table.",
    "The music was very loud.",
    "Winter is almost over now.",
    "We are going to the market.",
    "They finished the work on time.",
    "Our neighbors have two dogs.",
    "She bought a new car last week.",
)
"""No two of them have much in common."""

_SYNTHESISER = Synthesiser()
_MISHEARD = 0.35
"""How many words of a sentence may be wrong in a caption that is still of this sentence."""

_BREATH_SECONDS = 1.0

_POLL_SECONDS = 0.1


@cache
def spoken(text: str, voice: Voice = HIBARI) -> Recording:
    """The text as sound."""
    return _SYNTHESISER.speak(text, voice)


def count(sentence: str, captions: Sequence[SeenCaption] | Sequence[TranscriptSegment]) -> int:
    """How many captions are of this sentence."""
    heard = [each.text for each in captions if words(each.text)]
    return sum(word_error_rate({"": sentence}, {"": text}) <= _MISHEARD for text in heard)


class Guest:
    """One member of a meeting: an account, a presence in the room and the captions seen from there."""

    def __init__(self, account: Account, session_id: UUID) -> None:
        self.account = account
        self.seen: list[SeenCaption] = []
        """Every caption in the order of its arrival."""
        self._session_id = session_id
        self._person = Person()
        self._board = CaptionBoard()
        self._progress = asyncio.Event()

    @property
    def identity(self) -> str:
        return self._person.identity

    @property
    def finals(self) -> list[SeenCaption]:
        return self._board.finals

    async def join(self) -> None:
        """Enter the room without a microphone."""
        self._person.watch_captions(self._see)
        await self._person.join(await self.account.connection(self._session_id))

    async def switch_on(self) -> None:
        """Publish the microphone; returns when the agent hears it."""
        async with asyncio.timeout(40):
            await self._person.publish()
            await self._person.heard()

    async def switch_off(self) -> None:
        """Take the microphone's track back."""
        await self._person.unpublish()

    async def say(self, text: str, voice: Voice = HIBARI) -> None:
        """Returns when it is said and a moment has passed, so that what is said next is another utterance."""
        clock = asyncio.get_running_loop().time
        recording, at = spoken(text, voice), clock() + 0.1
        self._person.microphone.play(recording, at=at)
        await asyncio.sleep(at + recording.seconds + _BREATH_SECONDS - clock())

    async def leave(self) -> None:
        await self._person.leave()

    async def sees(self, what: Callable[["Guest"], bool], *, seconds: float = 40.0) -> None:
        """Wait until it is so. Raises TimeoutError when it does not become so."""
        async with asyncio.timeout(seconds):
            while not what(self):
                self._progress.clear()
                await self._progress.wait()

    async def sees_final(self, *sentences: str) -> None:
        """Wait until each of these is captioned for good."""
        await self.sees(lambda guest: all(count(sentence, guest.finals) for sentence in sentences))

    async def transcript(self) -> Transcript:
        """What the API has at this moment."""
        return await self.account.transcript(self._session_id)

    async def finals_stored(
        self,
        when: Callable[[list[TranscriptSegment]], bool] = lambda _: True,
        *,
        seconds: float = 40.0,
    ) -> list[TranscriptSegment]:
        """The finals as the API returns them, as soon as they are as wanted and the API answers."""
        async with asyncio.timeout(seconds):
            while True:
                with suppress(Failure):
                    if when(finals := (await self.transcript()).finals):
                        return finals
                await asyncio.sleep(_POLL_SECONDS)

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

    async def invite(self, name: str) -> Account:
        """A new account that is a member of the session."""
        account = await sign_in(self._http, name)
        await account.join_session(self.invite_code)
        return account

    async def enter(self, name: str, *, account: Account | None = None) -> Guest:
        """A member comes into the room; without an account, somebody new is invited."""
        guest = Guest(account or await self.invite(name), self.session_id)
        self._guests.append(guest)
        await guest.join()
        return guest

    async def listening(self, *, seconds: float = 40.0) -> None:
        """Wait for the agent."""
        async with asyncio.timeout(seconds):
            while (await self.host.activity(self.session_id)).agent != "listening":  # noqa: ASYNC110 - over HTTP
                await asyncio.sleep(_POLL_SECONDS)

    async def close(self) -> None:
        for guest in self._guests:
            await guest.leave()


async def sign_in(http: httpx.AsyncClient, name: str, *, email: str | None = None) -> Account:
    """An account of this name; without an address, a new one."""
    email = email or f"{name.lower()}-{uuid4().hex[:8]}@example.com"
    return await Account.sign_in(http, email=email, name=name)


@asynccontextmanager
async def room(api_url: str, title: str, *, host_email: str | None = None) -> AsyncIterator[Room]:
    """A new session with an empty room. Its host has an account and is not in the room."""
    async with httpx.AsyncClient(base_url=api_url, timeout=20, trust_env=False) as http:
        host = await sign_in(http, "Host", email=host_email)
        session = await host.create_session(title=title, language="en-US")
        opened = Room(http, host, session.id, session.invite_code)
        try:
            yield opened
        finally:
            await opened.close()
