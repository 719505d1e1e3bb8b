"""Hold the scripted meeting: everybody joins as users do, speaks on time, sees the captions and leaves."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

import httpx

from embedded.demo.captions import CaptionBoard
from embedded.demo.client import Account, Session, TranscriptSegment
from embedded.demo.people import Person, SeenCaption
from embedded.demo.report import Held
from embedded.demo.screen import CaptionScreen
from embedded.demo.script import Line, Script, Turn, arrange
from embedded.demo.voices import Recording
from embedded.failures import Failure

_LISTENING_SECONDS = 30.0
_CAPTION_SECONDS = 10.0
_STORED_SECONDS = 10.0
_POLL_SECONDS = 0.1
_BREATH_SECONDS = 0.5


class Stopwatch:
    """Seconds of each step, in the order in which the steps ended."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what happens inside; a step that fails is not noted."""
        begun_at = time.monotonic()
        yield
        self.steps[name] = round(time.monotonic() - begun_at, 2)


class Meeting:
    """One meeting of the people in a script. The caller owns the client, whose base URL is the API's."""

    def __init__(
        self,
        script: Script,
        recordings: Mapping[Line, Recording],
        *,
        http: httpx.AsyncClient,
        screen: CaptionScreen,
        watch: Stopwatch,
    ) -> None:
        self._script = script
        self._recordings = recordings
        self._http = http
        self._screen = screen
        self._watch = watch
        self._people = {key: Person() for key in script.speakers}
        self._host = next(iter(script.speakers))
        self._board = CaptionBoard()
        self._progress = asyncio.Event()

    async def hold(self, *, before_leaving: Callable[[], None]) -> Held:
        """From the first sign-in to the stored transcript. However it ends, everybody has left.

        Raises Failure when nobody listens to them.
        """
        try:
            with self._watch.step("join"):
                host, session = await self._gather()
            with self._watch.step("agent"):
                await self._wait_for_agent(host, session.id)
            with self._watch.step("meeting"):
                turns = await self._converse()
            before_leaving()
            speakers = {person.identity: key for key, person in self._people.items()}
        finally:
            for person in reversed(self._people.values()):
                await person.leave()
            self._screen.announce("everybody has left")
        with self._watch.step("transcript"):
            transcript = await self._wait_for_transcript(host, session.id)
        return Held(
            script=self._script,
            turns=turns,
            speakers=speakers,
            seen=self._board.finals,
            partials=self._board.partials,
            transcript=transcript,
            began_at=_on_loop_clock(await host.session(session.id)),
        )

    async def _gather(self) -> tuple[Account, Session]:
        accounts = {
            key: await Account.sign_in(self._http, email=speaker.email, name=speaker.name)
            for key, speaker in self._script.speakers.items()
        }
        host = accounts[self._host]
        session = await host.create_session(title=self._script.title, language=self._script.language)
        self._people[self._host].watch_captions(self._see)
        for key, person in self._people.items():
            if key != self._host:
                await accounts[key].join_session(session.invite_code)
            await person.join(await accounts[key].connection(session.id))
            await person.publish()
            self._screen.introduce(person.identity, person.name)
        return host, session

    async def _wait_for_agent(self, host: Account, session_id: UUID) -> None:
        try:
            async with asyncio.timeout(_LISTENING_SECONDS):
                await _until_listening(host, session_id)
                for person in self._people.values():
                    await person.heard()
            self._screen.announce("the agent listens to everybody")
        except TimeoutError as late:
            raise Failure(
                f"nobody listened to the meeting within {_LISTENING_SECONDS:.0f} seconds",
                "`make logs` shows what the agent says, and the API, which calls it",
            ) from late

    async def _converse(self) -> list[Turn]:
        clock = asyncio.get_running_loop().time
        seconds = {line: recording.seconds for line, recording in self._recordings.items()}
        turns = arrange(self._script, seconds, begin=clock() + _BREATH_SECONDS)
        for turn in turns:
            self._people[turn.line.speaker].microphone.play(self._recordings[turn.line], at=turn.start)
        with self._screen.showing():
            await asyncio.sleep(turns[-1].end - clock())
            await self._wait_for_captions(after=turns[-1].end)
        return turns

    async def _wait_for_captions(self, *, after: float) -> None:
        """Until the last words are captioned and nothing grows any more; the report says when that failed."""
        try:
            async with asyncio.timeout(_CAPTION_SECONDS):
                while self._board.unsettled or not any(each.seen_at > after for each in self._board.finals):
                    self._progress.clear()
                    await self._progress.wait()
        except TimeoutError:
            return

    async def _wait_for_transcript(self, host: Account, session_id: UUID) -> list[TranscriptSegment]:
        """Until everything that was seen is stored; what comes too late is missing in what this returns."""
        deadline = time.monotonic() + _STORED_SECONDS
        seen = {caption.segment_id for caption in self._board.finals}
        while True:
            finals = (await host.transcript(session_id)).finals
            if seen <= {segment.segment_id for segment in finals} or time.monotonic() > deadline:
                return finals
            await asyncio.sleep(_POLL_SECONDS)

    def _see(self, caption: SeenCaption) -> None:
        self._board.see(caption)
        self._screen.update(settled=self._board.settle(), growing=self._board.unsettled)
        self._progress.set()


async def _until_listening(host: Account, session_id: UUID) -> None:
    while True:
        if (await host.activity(session_id)).agent == "listening":
            return
        await asyncio.sleep(_POLL_SECONDS)


def _on_loop_clock(session: Session) -> float:
    if session.started_at is None:
        raise Failure("the session says that it never began", "`make logs` shows what the API says")
    return session.started_at.timestamp() - time.time() + asyncio.get_running_loop().time()
