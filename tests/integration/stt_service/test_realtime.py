"""`/v1/realtime` as OpenAI's own client speaks it, and as clients of the beta and careless ones do."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest
from openai import AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection
from openai.types.realtime import (
    ConversationItemInputAudioTranscriptionCompletedEvent as Completed,
)
from openai.types.realtime import (
    ConversationItemInputAudioTranscriptionDeltaEvent as Delta,
)
from openai.types.realtime import (
    ConversationItemInputAudioTranscriptionFailedEvent as Failed,
)
from openai.types.realtime import (
    InputAudioBufferSpeechStartedEvent as SpeechStarted,
)
from openai.types.realtime import RealtimeErrorEvent, RealtimeServerEvent
from openai.types.realtime.realtime_transcription_session_create_request_param import (
    RealtimeTranscriptionSessionCreateRequestParam,
)
from pydantic import TypeAdapter
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from stt_service.settings import SttSettings
from tests.integration.stt_service.serving import serving
from tests.integration.stt_service.streams import tape
from tests.stt_service.conftest import PATIENCE, CountingEngine

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

STRICT: TypeAdapter[RealtimeServerEvent] = TypeAdapter(RealtimeServerEvent)
SENTENCE = tape("....############........", rate=24_000)
TRANSCRIPTION = "conversation.item.input_audio_transcription"
UpdateParam = RealtimeTranscriptionSessionCreateRequestParam
UNHEARD_OF = """{"type":"session.update","event_id":"mine","session":{"type":"transcription",
"audio":{"input":{"transcription":{"model":"unheard-of"}}}}}"""
MANUAL: UpdateParam = {"type": "transcription", "audio": {"input": {"turn_detection": None}}}


@pytest.fixture
def engine() -> CountingEngine:
    return CountingEngine()


@pytest.fixture
async def port(engine: CountingEngine) -> AsyncIterator[int]:
    async with serving(engine, SttSettings(max_streams=2, max_audio_seconds=30)) as port:
        yield port


@asynccontextmanager
async def connected(port: int, **query: object) -> AsyncIterator[AsyncRealtimeConnection]:
    """The official client, after the session was created."""
    client = AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="any")
    async with client, client.realtime.connect(extra_query=query or {"intent": "transcription"}) as session:
        assert (await following(session)).type == "session.created"
        yield session


async def following(session: AsyncRealtimeConnection) -> RealtimeServerEvent:
    """The next event, which is exactly as the client's own types have it."""
    async with asyncio.timeout(PATIENCE):
        return STRICT.validate_json(await session.recv_bytes(), strict=False)


async def error(session: AsyncRealtimeConnection) -> RealtimeErrorEvent:
    event = await following(session)
    assert isinstance(event, RealtimeErrorEvent)
    return event


async def until_completed(session: AsyncRealtimeConnection) -> list[RealtimeServerEvent]:
    events = [await following(session)]
    while not events[-1].type.endswith((".completed", ".failed")):
        events.append(await following(session))
    return events


async def append(session: AsyncRealtimeConnection, audio: bytes, *, piece: int = 4_801) -> None:
    for place in range(0, len(audio), piece):
        encoded = base64.b64encode(audio[place : place + piece]).decode()
        await session.input_audio_buffer.append(audio=encoded)


async def test_turns_are_detected_and_every_text_is_its_deltas(port: int) -> None:
    async with connected(port) as session:
        await session.session.update(
            session={
                "type": "transcription",
                "audio": {
                    "input": {
                        "format": {"type": "audio/pcm", "rate": 24000},
                        "transcription": {
                            "model": "gpt-4o-transcribe",
                            "language": "en",
                            "prompt": "LiveKit",
                        },
                        "turn_detection": {"type": "server_vad", "silence_duration_ms": 400},
                    }
                },
            }
        )
        assert (await following(session)).type == "session.updated"
        await append(session, SENTENCE)
        events = await until_completed(session)
    assert [event.type for event in events] == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        f"{TRANSCRIPTION}.delta",
        f"{TRANSCRIPTION}.completed",
    ]
    started, stopped, committed, _, _, delta, completed = (event.model_dump() for event in events)
    assert {each["item_id"] for each in (started, stopped, committed, delta, completed)} == {
        started["item_id"]
    }
    assert started["audio_start_ms"] == pytest.approx(100, abs=40)
    assert stopped["audio_end_ms"] == pytest.approx(1800, abs=40)
    assert completed["transcript"] == delta["delta"]
    assert completed["transcript"].endswith("samples")
    assert completed["usage"]["type"] == "duration"


async def test_settings_reach_the_engine(engine: CountingEngine, port: int) -> None:
    async with connected(port, model="whisper-1") as session:
        await session.session.update(
            session={
                "type": "transcription",
                "audio": {"input": {"transcription": {"language": "zh", "prompt": "会议，LiveKit"}}},
            }
        )
        await append(session, SENTENCE)
        await until_completed(session)
    asked = engine.batches[-1][0]
    assert (asked.language, asked.hints) == ("zh", ("会议", "LiveKit"))


async def test_a_client_may_commit_by_itself(port: int) -> None:
    async with connected(port) as session:
        await session.session.update(session=MANUAL)
        await append(session, tape("##########", rate=24_000))
        await session.input_audio_buffer.commit()
        await append(session, tape("#####", rate=24_000))
        await session.input_audio_buffer.commit()
        assert (await following(session)).type == "session.updated"
        events = [*await until_completed(session), *await until_completed(session)]
    texts = [event.transcript for event in events if isinstance(event, Completed)]
    assert texts == ["16000 samples", "8000 samples"]


async def test_a_monologue_is_one_item_with_several_deltas(port: int) -> None:
    async with connected(port) as session:
        await append(session, tape("#" * 270 + "........", rate=24_000), piece=480_000)
        events = await until_completed(session)
    deltas = [event.delta for event in events if isinstance(event, Delta)]
    assert len(deltas) == 3
    completed = events[-1]
    assert isinstance(completed, Completed)
    assert completed.transcript == "".join(str(delta) for delta in deltas)
    heard = sum(int(number) for number in completed.transcript.split()[::2])
    assert heard / 16_000 == pytest.approx(27.2, abs=0.1)


async def test_what_is_cleared_is_not_transcribed(port: int) -> None:
    async with connected(port) as session:
        await append(session, tape("....######", rate=24_000))
        assert (await following(session)).type == "input_audio_buffer.speech_started"
        await session.input_audio_buffer.clear()
        assert (await following(session)).type == "input_audio_buffer.cleared"
        await append(session, SENTENCE)
        started, *_, completed = await until_completed(session)
    assert isinstance(started, SpeechStarted)
    assert started.audio_start_ms == pytest.approx(1100, abs=60)
    assert isinstance(completed, Completed)


async def test_a_turn_that_the_engine_cannot_hear_fails_and_the_next_does_not(
    engine: CountingEngine, port: int
) -> None:
    async with connected(port) as session:
        engine.broken = True
        await append(session, SENTENCE)
        *_, failed = await until_completed(session)
        engine.broken = False
        await append(session, SENTENCE)
        *_, completed = await until_completed(session)
    assert isinstance(failed, Failed)
    assert failed.error.code == "engine_failed"
    assert isinstance(completed, Completed)


async def test_a_client_of_the_beta_gets_its_own_events(port: int) -> None:
    headers = {"OpenAI-Beta": "realtime=v1"}
    address = f"ws://127.0.0.1:{port}/v1/realtime?intent=transcription"
    async with connect(address, additional_headers=headers, proxy=None) as socket:
        assert (await heard(socket))["type"] == "transcription_session.created"
        await tell(
            socket,
            type="transcription_session.update",
            session={
                "input_audio_format": "pcm16",
                "input_audio_transcription": {"model": "gpt-4o-mini-transcribe"},
                "turn_detection": {"type": "server_vad"},
            },
        )
        assert (await heard(socket))["type"] == "transcription_session.updated"
        await tell(socket, type="input_audio_buffer.append", audio=base64.b64encode(SENTENCE).decode())
        kinds = [str((await heard(socket))["type"]) for _ in range(6)]
    assert kinds[2:] == [
        "input_audio_buffer.committed",
        "conversation.item.created",
        f"{TRANSCRIPTION}.delta",
        f"{TRANSCRIPTION}.completed",
    ]


async def tell(socket: ClientConnection, **event: object) -> None:
    await socket.send(orjson.dumps(event).decode())


async def heard(socket: ClientConnection) -> dict[str, object]:
    event: dict[str, object] = orjson.loads(await socket.recv())
    return event


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "invalid_parameter"),
        ('{"type":"response.create","event_id":"mine"}', "invalid_parameter"),
        ('{"type":"input_audio_buffer.append","audio":"?","event_id":"mine"}', "invalid_parameter"),
        ('{"type":"input_audio_buffer.commit","event_id":"mine"}', "input_audio_buffer_commit_empty"),
        (UNHEARD_OF, "model_not_found"),
    ],
)
async def test_a_mistake_is_an_error_event_and_the_session_goes_on(port: int, text: str, code: str) -> None:
    async with connected(port) as session:
        await session.send_raw(text)
        details = (await error(session)).error
        assert (details.code, details.type) == (code, "invalid_request_error")
        assert details.event_id == ("mine" if "mine" in text else None)
        await append(session, SENTENCE)
        assert isinstance((await until_completed(session))[-1], Completed)


async def test_more_than_the_buffer_holds_is_refused(port: int) -> None:
    async with connected(port) as session:
        await session.session.update(session=MANUAL)
        assert (await following(session)).type == "session.updated"
        await append(session, tape("#" * 310, rate=24_000), piece=1_000_000)
        assert (await error(session)).error.code == "input_audio_buffer_full"


async def test_binary_messages_end_the_session(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/v1/realtime?intent=transcription", proxy=None) as socket:
        await socket.recv()
        await socket.send(b"audio")
        assert orjson.loads(await socket.recv())["error"]["code"] == "unsupported_media_type"
        with pytest.raises(ConnectionClosedError):
            await socket.recv()
        assert socket.close_code == 1003


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "invalid_parameter"),
        ("?model=gpt-realtime", 404, "model_not_found"),
        ("?intent=transcription&model=unheard-of", 404, "model_not_found"),
    ],
)
async def test_what_is_not_served_is_refused_in_place_of_the_handshake(
    port: int, query: str, status: int, code: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://127.0.0.1:{port}/v1/realtime{query}", proxy=None):
            pass
    response = refused.value.response
    assert response.status_code == status
    assert orjson.loads(response.body or b"")["error"]["code"] == code
