"""What is said about a port that somebody else has."""

import os
import socket
from collections.abc import Iterator

import pytest

from embedded.failures import Failure
from embedded.ports import check_free, free_ports, free_udp_range
from embedded.supervision.programs import Port


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_taken_port_is_named_with_its_holder_and_the_setting_that_moves_it(taken: int) -> None:
    free = free_ports(1)[0]
    with pytest.raises(Failure) as failure:
        check_free([Port(free, "EMBEDDED_FREE_PORT"), Port(taken, "EMBEDDED_TAKEN_PORT")])
    said = str(failure.value)
    assert f"port {taken} is already used by" in said
    assert f"process {os.getpid()}" in said
    assert f"EMBEDDED_TAKEN_PORT={taken + 1}" in said
    assert str(free) not in said


def test_a_connection_that_is_fading_out_does_not_take_the_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
    accepted.close()
    client.close()
    check_free([Port(port, "EMBEDDED_PORT")])


def test_free_ports_are_different_and_free() -> None:
    ports = free_ports(5)
    assert len(set(ports)) == 5
    check_free(Port(number, "") for number in ports)


def test_a_udp_range_has_the_length_asked_for() -> None:
    first, last = free_udp_range(100)
    assert last - first + 1 == 100
