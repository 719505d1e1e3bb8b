"""`diarized_json` with the official client, strict, and a diarization service over a real socket."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import httpx
import openai
import pytest
from openai import AsyncOpenAI
from openai.types.audio import TranscriptionDiarized

from shared.audio import Pcm
from shared.clients.diarization import DiarizationClient
from shared.clients.http import UpstreamRefused, inference_http
from shared.contracts.diarization import SpeakerCount
from shared.contracts.stt import Segment, Word
from shared.errors import UpstreamFailed
from shared.speakers import Turn
from stt_service.engine import Recognised, Speech
from stt_service.settings import SttSettings
from tests.integration.stt_service.test_openai_client import served
from tests.stt_service.conftest import CountingEngine
from tests.stt_service.diarization import Diarization, diarizing
from tests.stt_service.test_bodies import wav

pytestmark = pytest.mark.integration

MODEL = "gpt-4o-transcribe-diarize"
SPEECH = ("meeting.wav", wav(b"\x00\x10" * 16_000 * 6))
TEXT = "Are you there? Yes, I am."
SECOND = Pcm(bytes(32_000))


class DialogueEngine(CountingEngine):
    """Hears one word a second, whatever is said."""

    name = "dialogue"
    has_words = True

    def transcribe(self, batch: list[Speech]) -> list[Recognised]:
        super().transcribe(batch)
        words = [Word(text=word, start=at, end=at + 1) for at, word in enumerate(TEXT.split())]
        whole = Segment(text=TEXT, start=0, end=6)
        return [Recognised([whole], "en", words=words if speech.want_words else None) for speech in batch]


@pytest.fixture
async def diarization() -> AsyncIterator[Diarization]:
    async with diarizing() as diarization:
        diarization.turns = [(0, 2.8, "SPEAKER_07"), (3.2, 6, "SPEAKER_01")]
        yield diarization


def serving(diarization: Diarization, engine: CountingEngine) -> AbstractAsyncContextManager[AsyncOpenAI]:
    return served(engine, SttSettings.model_validate({"STT_DIARIZATION_SERVICE_URL": diarization.url}))


async def test_segments_are_cut_where_the_speaker_changes(diarization: Diarization) -> None:
    async with serving(diarization, DialogueEngine()) as client:
        heard = await client.audio.transcriptions.create(
            file=SPEECH, model=MODEL, response_format="diarized_json", chunking_strategy="auto"
        )
    assert isinstance(heard, TranscriptionDiarized)
    assert (heard.duration, heard.text, heard.task) == (6, TEXT, "transcribe")
    assert [(each.speaker, each.text) for each in heard.segments] == [
        ("A", "Are you there?"),
        ("B", "Yes, I am."),
    ]
    assert [(each.start, each.end) for each in heard.segments] == [(0, 3), (3, 6)]
    assert len({each.id for each in heard.segments}) == 2
    assert diarization.heard_seconds == [6]


async def test_an_engine_without_the_times_of_words_gives_whole_segments(diarization: Diarization) -> None:
    async with serving(diarization, CountingEngine()) as client:
        heard = await client.audio.transcriptions.create(
            file=SPEECH, model=MODEL, response_format="diarized_json"
        )
    assert isinstance(heard, TranscriptionDiarized)
    assert [(each.speaker, each.text) for each in heard.segments] == [("A", "96000 samples")]


async def test_where_nobody_is_heard_to_speak_the_speaker_is_unknown(diarization: Diarization) -> None:
    diarization.turns = []
    async with serving(diarization, DialogueEngine()) as client:
        heard = await client.audio.transcriptions.create(
            file=SPEECH, model=MODEL, response_format="diarized_json"
        )
    assert isinstance(heard, TranscriptionDiarized)
    assert [(each.speaker, each.text) for each in heard.segments] == [("unknown", TEXT)]


async def test_a_stream_brings_segments_with_their_text(diarization: Diarization) -> None:
    async with serving(diarization, DialogueEngine()) as client:
        stream = await client.audio.transcriptions.create(
            file=SPEECH, model=MODEL, response_format="diarized_json", stream=True
        )
        events = [event async for event in stream]
    *told, done = events
    assert done.type == "transcript.text.done"
    segments = [event for event in told if event.type == "transcript.text.segment"]
    deltas = [event for event in told if event.type == "transcript.text.delta"]
    assert [(each.speaker, each.text) for each in segments] == [("A", "Are you there?"), ("B", "Yes, I am.")]
    assert [each.segment_id for each in deltas] == [each.id for each in segments]
    assert done.text == "".join(each.delta for each in deltas) == TEXT


async def test_known_speakers_are_refused_clearly(diarization: Diarization) -> None:
    engine = DialogueEngine()
    async with serving(diarization, engine) as client:
        with pytest.raises(openai.BadRequestError, match="nobody is recognised") as fault:
            await client.audio.transcriptions.create(
                file=SPEECH,
                model=MODEL,
                response_format="diarized_json",
                known_speaker_names=["Ada"],
                known_speaker_references=["data:audio/wav;base64,AAA="],
            )
    assert fault.value.param == "known_speaker_names[]"
    assert not engine.batches


@pytest.mark.parametrize("status", [500, 503, 429, 408])
async def test_a_diarization_service_that_fails_is_a_retryable_failure(
    diarization: Diarization, status: int
) -> None:
    diarization.status = status
    async with serving(diarization, DialogueEngine()) as client:
        with pytest.raises(openai.InternalServerError) as fault:
            await client.audio.transcriptions.create(
                file=SPEECH, model=MODEL, response_format="diarized_json"
            )
        assert (await client.audio.transcriptions.create(file=SPEECH, model=MODEL)).text == TEXT
    assert (fault.value.status_code, fault.value.code) == (503, "upstream_failed")
    assert fault.value.response.headers["retry-after"] == "1"


async def test_a_diarization_service_that_is_away_is_a_retryable_failure() -> None:
    async with diarizing() as gone:
        pass
    async with serving(gone, DialogueEngine()) as client:
        with pytest.raises(openai.InternalServerError) as fault:
            await client.audio.transcriptions.create(
                file=SPEECH, model=MODEL, response_format="diarized_json"
            )
    assert (fault.value.status_code, fault.value.code) == (503, "upstream_failed")


@pytest.fixture
async def asking(diarization: Diarization) -> AsyncIterator[DiarizationClient]:
    async with inference_http(diarization.url, read_seconds=5, connections=1) as http:
        yield DiarizationClient(http)


async def test_a_client_sends_what_it_knows_of_the_speakers(
    diarization: Diarization, asking: DiarizationClient
) -> None:
    turns = await asking.diarize(SECOND, speakers=SpeakerCount(min_speakers=2, max_speakers=4))
    assert turns == [Turn(0, 2.8, "SPEAKER_07"), Turn(3.2, 6, "SPEAKER_01")]
    await asking.diarize(SECOND)
    assert diarization.asked == [SpeakerCount(min_speakers=2, max_speakers=4), SpeakerCount()]


async def test_a_request_that_is_refused_is_not_worth_repeating(
    diarization: Diarization, asking: DiarizationClient
) -> None:
    diarization.status = 400
    with pytest.raises(UpstreamRefused, match="diarization answered 400"):
        await asking.diarize(SECOND)


async def test_an_answer_that_is_no_turns_is_a_failure() -> None:
    def nonsense(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"segments": "none"})

    transport = httpx.MockTransport(nonsense)
    async with httpx.AsyncClient(transport=transport, base_url="http://diarization") as http:
        with pytest.raises(UpstreamFailed, match="something else than turns"):
            await DiarizationClient(http).diarize(SECOND)


@pytest.mark.parametrize(
    "counts",
    [{"min_speakers": 3, "max_speakers": 2}, {"num_speakers": 1, "min_speakers": 2}, {"num_speakers": 0}],
)
def test_counts_that_contradict_each_other_are_refused(counts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="speakers"):
        SpeakerCount.model_validate(counts)
