"""What one account sends at once leaves room for what others send."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.integration.api_service.audio.uploads import announce
from tests.integration.api_service.conftest import Person

pytestmark = pytest.mark.integration


async def test_slow_uploads_of_one_account_keep_nobody_else_from_sending(ada: Person, bob: Person) -> None:
    let_go, begun = asyncio.Event(), 0

    async def slow() -> AsyncIterator[bytes]:
        nonlocal begun
        begun += 1
        yield b"a"
        await let_go.wait()
        yield b"b"

    async def put(person: Person, content: AsyncIterator[bytes] | bytes) -> httpx.Response:
        ticket = (await announce(person, await person.new_session(), b"ab")).json()
        return await person.api.put(ticket["upload_url"], content=content)

    sending = [asyncio.create_task(put(ada, slow())) for _ in range(3)]
    async with asyncio.timeout(40):
        while begun < 3:  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.01)
    refused = await put(ada, b"ab")
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-uploads")
    assert int(refused.headers["retry-after"]) > 0
    assert (await put(bob, b"ab")).status_code == 204
    let_go.set()
    assert [each.status_code for each in await asyncio.gather(*sending)] == [204, 204, 204]
    assert (await put(ada, b"ab")).status_code == 204
