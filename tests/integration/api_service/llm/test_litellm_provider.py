"""LiteLLM against a real server that misbehaves: every end is an answer or one of our failures."""

import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from api_service.llm.bill import NOTHING, Bill, Cost
from api_service.llm.loading import open_models
from api_service.llm.port import (
    AnswerUnusable,
    Completion,
    Message,
    ModelNotConfigured,
    ModelRefused,
    ModelUnavailable,
)
from api_service.settings import ApiSettings
from shared.errors import CannotStart
from tests.integration.api_service.llm.openai_server import Asked, ModelServer, Reply, model_server
from tests.servers import ROOT

pytestmark = [
    pytest.mark.integration,
    # LiteLLM reads an attribute of its own models that pydantic wants to be read elsewhere.
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince211"),
]

SECRET = "nobody may read this in a log"
GOOD = Reply('{"text": "Friday", "certain": true}')


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str
    certain: bool


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with model_server(lambda _: GOOD) as serving:
        yield serving


def follow(server: ModelServer, *replies: Reply) -> None:
    """One after the other; then the last again and again."""
    left = list(replies)
    server.script = lambda _: left.pop(0) if len(left) > 1 else left[0]


async def ask(
    server: ModelServer,
    *models: str,
    keys: Sequence[str] = (),
    bill: Bill | None = None,
    patience_seconds: float = 10.0,
) -> Completion[Decision]:
    settings = ApiSettings(
        llm_models=models or ("local/small",),
        llm_base_url=server.address,
        llm_keys=tuple(SecretStr(key) for key in keys),
        llm_first_token_seconds=patience_seconds,
        llm_answer_seconds=30,
    )
    async with AsyncExitStack() as stack:
        opened = await open_models(settings, stack)
        question = [Message("system", "Answer in JSON."), Message("user", SECRET)]
        return await opened.complete(question, schema=Decision, bill=bill or Bill())


async def test_an_answer_has_its_form_and_what_the_server_counted(server: ModelServer) -> None:
    bill = Bill()
    made = await ask(server, bill=bill)
    assert (made.value, made.model, made.provider) == (
        Decision(text="Friday", certain=True),
        "local/small",
        "local",
    )
    assert bill.cost == Cost(100, 20, None)
    [asked] = server.asked
    assert (asked.model, [part.role for part in asked.messages]) == ("small", ["system", "user"])
    assert asked.response_format
    assert asked.response_format["type"] == "json_schema"


async def test_tokens_that_the_server_does_not_count_are_unknown(server: ModelServer) -> None:
    bill = Bill()
    follow(server, Reply(GOOD.text, counts=False))
    await ask(server, bill=bill)
    assert bill.cost == Cost()


async def test_what_breaks_once_is_asked_again(server: ModelServer) -> None:
    for fault in (
        Reply(status=500),
        Reply(status=429, headers={"Retry-After": "0"}),
        Reply(GOOD.text, cut=True),
        Reply("Sure, Friday."),
        Reply('{"text": 7}'),
        Reply(""),
        Reply(GOOD.text, finish="length"),
    ):
        server.asked.clear()
        follow(server, fault, GOOD)
        assert (await ask(server)).value.text == "Friday", fault
        assert len(server.asked) == 2, fault


async def test_a_model_that_falls_silent_is_not_waited_for(server: ModelServer) -> None:
    await ask(server)
    follow(server, Reply(GOOD.text, silent=True), GOOD)
    bill = Bill()
    assert (await ask(server, patience_seconds=1.0, bill=bill)).value.text == "Friday"
    assert bill.cost == Cost()


async def test_what_was_never_answered_costs_nothing_and_what_was_cut_may(server: ModelServer) -> None:
    for fault, prompt_tokens in ((Reply(status=500), 100), (Reply(GOOD.text, cut=True), None)):
        bill = Bill()
        follow(server, fault, GOOD)
        await ask(server, bill=bill)
        assert bill.cost.prompt_tokens == prompt_tokens, fault


async def test_a_known_price_is_on_the_bill_and_keys_come_with_their_provider(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", server.address)
    bill = Bill()
    made = await ask(server, "openai/gpt-4o-mini", keys=["anthropic:one", "openai:two"], bill=bill)
    assert (made.provider, server.asked[0].key) == ("openai", "two")
    assert bill.cost.cents
    assert 0 < bill.cost.cents < 0.1


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (Reply(status=500, text=SECRET), ModelUnavailable),
        (Reply(status=429, headers={"Retry-After": "900"}), ModelUnavailable),
        (Reply(status=401, text=SECRET), ModelNotConfigured),
        (Reply(status=404, text=SECRET), ModelNotConfigured),
        (Reply(finish="content_filter"), ModelRefused),
        (Reply("I will not do that."), AnswerUnusable),
        (Reply('{"text": '), AnswerUnusable),
    ],
)
async def test_what_goes_on_is_a_failure_that_says_what_it_is(
    server: ModelServer, reply: Reply, failure: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    follow(server, reply)
    with pytest.raises(failure) as caught:
        await ask(server)
    assert SECRET not in str(caught.value)
    assert not [record for record in caplog.records if record.name.startswith("LiteLLM")]


async def test_a_server_that_is_not_there_is_a_failure_that_may_pass(server: ModelServer) -> None:
    async with model_server(lambda _: GOOD) as gone:
        pass
    bill = Bill()
    with pytest.raises(ModelUnavailable):
        await ask(gone, bill=bill)
    assert bill.cost == NOTHING


async def test_a_long_limit_leaves_the_work_to_the_next_model(server: ModelServer) -> None:
    def script(asked: Asked) -> Reply:
        return GOOD if asked.model == "large" else Reply(status=429, headers={"Retry-After": "900"})

    server.script = script
    assert (await ask(server, "local/small", "local/large")).model == "local/large"
    assert [asked.model for asked in server.asked] == ["small", "large"]


async def test_a_refused_key_leaves_the_work_to_the_next_key(server: ModelServer) -> None:
    server.script = lambda asked: GOOD if asked.key == "second" else Reply(status=401)
    await ask(server, keys=["local:first", "local:second"])
    assert [asked.key for asked in server.asked] == ["first", "second"]


async def test_a_server_without_schemas_is_asked_for_less(server: ModelServer) -> None:
    server.script = lambda asked: Reply(status=400) if asked.response_format else GOOD
    assert (await ask(server)).value.certain
    forms = [asked.response_format and asked.response_format["type"] for asked in server.asked]
    assert forms == ["json_schema", "json_object", None]


async def test_a_model_of_nobody_cannot_start(server: ModelServer) -> None:
    with pytest.raises(CannotStart, match="nobody/at-all"):
        await ask(server, "nobody/at-all")


def test_the_api_itself_does_not_load_litellm() -> None:
    imported = "import sys, api_service.app, api_service.jobs.app, api_service.minutes.makers"
    looked = f"{imported}; sys.exit('litellm' in sys.modules)"
    subprocess.run([sys.executable, "-c", looked], cwd=ROOT, check=True, timeout=60)
