"""The LiveKit server, configured for clients on this machine."""

import json
from dataclasses import dataclass
from pathlib import Path

from embedded.credentials import Credentials
from embedded.supervision import asking
from embedded.supervision.programs import Port, Program


@dataclass(frozen=True, slots=True)
class Ports:
    """Where LiveKit listens: signalling, media over TCP, metrics, and a range for media over UDP."""

    http: Port
    tcp: Port
    metrics: Port
    udp_first: int
    udp_last: int


def program(
    binary: Path, *, configuration: Path, ports: Ports, credentials: Credentials, webhook_url: str | None
) -> Program:
    """The server, telling `webhook_url` what happens in its rooms."""
    settings = configure(ports, credentials, webhook_url=webhook_url)
    return Program(
        "livekit",
        (str(binary), "--config", str(configuration)),
        asking.http(f"http://127.0.0.1:{ports.http.number}/"),
        ports=(ports.http, ports.tcp, ports.metrics),
        # JSON is YAML.
        files={configuration: json.dumps(settings, indent=2)},
        # A polite SIGTERM waits for every participant to leave.
        stop_seconds=2,
        death_signal="KILL",
    )


def configure(ports: Ports, credentials: Credentials, *, webhook_url: str | None) -> dict[str, object]:
    """The configuration in LiveKit's own words."""
    settings: dict[str, object] = {
        "port": ports.http.number,
        "bind_addresses": ["127.0.0.1"],
        "rtc": {
            "tcp_port": ports.tcp.number,
            "port_range_start": ports.udp_first,
            "port_range_end": ports.udp_last,
            "use_external_ip": False,
            "enable_loopback_candidate": True,
            "interfaces": {"includes": ["lo"]},
        },
        "prometheus": {"port": ports.metrics.number},
        "room": {"auto_create": True, "empty_timeout": 300, "departure_timeout": 20},
        "keys": {credentials.livekit_api_key: credentials.livekit_api_secret},
        "logging": {"level": "info", "json": False},
    }
    if webhook_url:
        settings["webhook"] = {"api_key": credentials.livekit_api_key, "urls": [webhook_url]}
    return settings
