"""The API with a language model: who asks sees names, and failures that say what they are."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from asgi_lifespan import LifespanManager

from api_service.app import create_app
from api_service.settings import ApiSettings
from tests.integration.api_service.brought import bring
from tests.integration.api_service.conftest import BASE_URL, Person, sign_in
from tests.integration.api_service.llm.answers import HONEST, says
from tests.integration.api_service.llm.openai_server import ModelServer, Reply, model_server

pytestmark = [
    pytest.mark.integration,
    # LiteLLM reads an attribute of its own models that pydantic wants to be read elsewhere.
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince211"),
]

TEXT = (
    "Ada: We agreed to send the report to the customer on Friday.\n"
    "Grace: I will print the report tomorrow.\n"
    "Mallory: Fine.\n"
    "Ada: Let us go on with the printer, who is going to repair it?"
)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with model_server(says(HONEST)) as serving:
        yield serving


@pytest.fixture
async def ada(settings: ApiSettings, server: ModelServer) -> AsyncIterator[Person]:
    """With an API that writes."""
    writing = settings.model_copy(update={"llm_models": ("local/small",), "llm_base_url": server.address})
    async with LifespanManager(create_app(writing)) as manager:
        transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
            yield await sign_in(client, "ada")


async def test_written_minutes_have_names(ada: Person) -> None:
    answer = await ada.post("/api/v1/summarize", {"transcription_text": TEXT})
    assert answer.status_code == 200, answer.text
    minutes = answer.json()
    assert (minutes["origin"], minutes["model_used"]) == ("written", "local/small")
    assert minutes["summary"] == "The report goes to the customer on Friday, and Grace prints it."
    assert [(item["text"], item["who"]) for item in minutes["action_items"]] == [
        ("Grace prints the report.", "Grace")
    ]
    assert "⟦" not in json.dumps(minutes, ensure_ascii=False)


async def test_what_was_used_and_left_out_is_told(ada: Person, server: ModelServer) -> None:
    server.script = says(HONEST | {"decisions": [{"text": "The budget is 4000000.", "refs": [1]}]})
    minutes = (await ada.post("/api/v1/summarize", {"transcription_text": TEXT})).json()
    assert minutes["token_usage"] == {"prompt_tokens": 200, "completion_tokens": 40}
    assert (minutes["cost_cents"], minutes["dropped_items"], minutes["notice"]) == (None, 1, None)


async def test_who_waits_has_the_same_wishes_as_who_asks_for_a_task(ada: Person, server: ModelServer) -> None:
    await ada.send("PUT", "/api/v1/users/preferences", {"summary_style": "brief"})
    session = (await ada.new_session())["id"]
    await bring(ada, session)
    wishes = {"language": "fr", "instructions": "Mind the printer."}
    for path, text in (
        ("/api/v1/summarize", {"transcription_text": TEXT}),
        (f"/api/v2/sessions/{session}/summarize", {}),
    ):
        server.asked.clear()
        await ada.post(path, text | wishes)
        rules = "".join(message.content for message in server.asked[0].messages)
        assert "language of the tag fr" in rules
        assert "Mind the printer." in rules
        assert "Keep the minutes brief" in rules
    server.asked.clear()
    await ada.post("/api/v1/summarize", {"transcription_text": TEXT, "style": "detailed"})
    assert any("Make the minutes detailed" in message.content for message in server.asked[0].messages)


@pytest.mark.parametrize(
    ("reply", "code", "retryable"),
    [
        (Reply(status=429, headers={"Retry-After": "900"}), "model-unavailable", True),
        (Reply(status=401), "model-not-configured", False),
        (Reply("Sorry, no."), "model-answer-unusable", False),
    ],
)
async def test_what_goes_wrong_is_a_problem_with_its_code(
    ada: Person, server: ModelServer, reply: Reply, code: str, *, retryable: bool
) -> None:
    server.script = lambda _: reply
    answer = await ada.post("/api/v1/summarize", {"transcription_text": TEXT})
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert (answer.json()["code"], answer.json()["retryable"]) == (code, retryable)
    assert ("Retry-After" in answer.headers) is retryable
