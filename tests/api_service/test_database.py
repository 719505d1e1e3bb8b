"""The database while it is away."""

import time

import pytest

from api_service.database import Database
from shared.errors import Unavailable


async def test_a_database_that_is_away_is_a_retryable_problem_after_a_short_wait() -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/nothing", connections=2, wait_seconds=0.2)
    await database.open()
    asked_at = time.monotonic()
    try:
        with pytest.raises(Unavailable):
            async with database.as_user({"sub": "somebody", "role": "authenticated"}):
                pytest.fail("there is nothing to connect to")
    finally:
        await database.close()
    assert time.monotonic() - asked_at < 5
    assert Unavailable.retryable
