"""Loopback ports: whether they are free, who holds them, and where there are free ones."""

import random
import socket
from collections.abc import Iterable
from contextlib import ExitStack

import psutil

from embedded.failures import Failure
from embedded.supervision.programs import Port

_LOOPBACK = "127.0.0.1"


def check_free(ports: Iterable[Port]) -> None:
    """Raises Failure that names every occupied port, who holds it and which setting moves it."""
    taken = [port for port in ports if not _is_free(port.number, socket.SOCK_STREAM)]
    if taken:
        lines = [f"port {port.number} is already used by {_holder(port.number)}" for port in taken]
        settings = ", ".join(f"{port.setting}={port.number + 1}" for port in taken)
        raise Failure("\n".join(lines), f"end that program, or choose another port, for example: {settings}")


def free_ports(count: int) -> list[int]:
    """Different ports on which nobody listens now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((_LOOPBACK, 0))
        return [int(each.getsockname()[1]) for each in sockets]


def free_udp_range(length: int) -> tuple[int, int]:
    """The first and last of neighbouring UDP ports that are free now, above those the kernel hands out."""
    for _ in range(100):
        first = random.randrange(61_000, 65_500 - length)  # noqa: S311 - to avoid collisions, not attackers
        if all(_is_free(number, socket.SOCK_DGRAM) for number in range(first, first + length)):
            return first, first + length - 1
    raise Failure("no free range of UDP ports was found")


def _is_free(number: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            # As servers do it: connections that are only fading out do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, number))
        except OSError:
            return False
    return True


def _holder(number: int) -> str:
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return "another program"
    for each in connections:
        if each.status == psutil.CONN_LISTEN and each.laddr.port == number and each.pid:
            return _describe(each.pid)
    return "another program"


def _describe(pid: int) -> str:
    try:
        return f"{psutil.Process(pid).name()} (process {pid})"
    except psutil.Error:
        return f"process {pid}"
