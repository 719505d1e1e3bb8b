"""What is not written down."""

import logging

import pytest


@pytest.mark.parametrize(
    ("message", "written"), [('%s - "WebSocket %s" [accepted]', False), ("Started server process [%d]", True)]
)
def test_the_addresses_of_websockets_are_not(message: str, written: bool) -> None:
    server = logging.getLogger("uvicorn.error")
    record = server.makeRecord(server.name, logging.INFO, "", 0, message, (), None)
    assert bool(server.filter(record)) is written
