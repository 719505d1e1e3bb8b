"""Which parts run, and what each of them is told."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from embedded.composition import Platform, compose
from embedded.credentials import Credentials
from embedded.layout import Layout
from embedded.settings import EmbeddedSettings
from embedded.setup.installation import PLATFORM, needed

CREDENTIALS = Credentials(
    postgres_admin_password="admin",
    postgres_api_password="api",
    valkey_password="valkey",
    livekit_api_key="key",
    livekit_api_secret="s" * 32,
)


def composed(tmp_path: Path, settings: EmbeddedSettings) -> Platform:
    return compose(settings, Layout(tmp_path), CREDENTIALS, livekit_binary=Path("/livekit-server"))


def test_by_default_every_server_is_ours(tmp_path: Path) -> None:
    platform = composed(tmp_path, EmbeddedSettings())
    assert [program.name for program in platform.servers] == ["postgres", "valkey", "livekit"]
    assert [program.name for program in platform.services] == ["stt", "api", "worker", "agent"]
    assert platform.given == ()
    assert platform.admin_url == "postgresql://postgres:admin@127.0.0.1:54322/postgres"


def test_composing_writes_nothing(tmp_path: Path) -> None:
    composed(tmp_path, EmbeddedSettings())
    assert list(tmp_path.iterdir()) == []


def test_no_two_programs_want_the_same_port(tmp_path: Path) -> None:
    programs = composed(tmp_path, EmbeddedSettings()).programs
    ports = [port.number for program in programs for port in program.ports]
    assert len(set(ports)) == len(ports) == 9


def test_a_server_whose_address_is_given_is_asked_and_not_started(tmp_path: Path) -> None:
    settings = EmbeddedSettings(
        database_url="postgresql://somebody@elsewhere/db",
        redis_url="redis://elsewhere",
        livekit_url="wss://elsewhere",
        livekit_api_key="theirs",
        livekit_api_secret="t" * 32,
    )
    platform = composed(tmp_path, settings)
    assert platform.servers == ()
    assert len(platform.given) == 3
    assert platform.admin_url is None
    for program in platform.services:
        assert program.environment.get("LIVEKIT_API_KEY", "theirs") == "theirs"
        assert program.environment.get("REDIS_URL", "redis://elsewhere") == "redis://elsewhere"


def test_a_given_livekit_needs_its_key(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="LIVEKIT_API_KEY"):
        EmbeddedSettings(livekit_url="ws://elsewhere", livekit_api_key=None, livekit_api_secret=None)


def test_only_the_api_and_its_worker_are_told_where_the_database_is(tmp_path: Path) -> None:
    services = composed(tmp_path, EmbeddedSettings()).services
    assert [program.name for program in services if "DATABASE_URL" in program.environment] == [
        "api",
        "worker",
    ]


@pytest.mark.parametrize(
    ("engine", "folder"), [("auto", "stt"), ("moonshine", "stt"), ("funasr", "stt-funasr")]
)
def test_the_speech_service_runs_in_the_environment_of_its_engine(
    tmp_path: Path, engine: str, folder: str
) -> None:
    settings = EmbeddedSettings(stt_engine=engine)
    [stt] = [program for program in composed(tmp_path, settings).services if program.name == "stt"]
    assert Path(stt.command[0]).parts[-3] == folder
    [services] = [step for step in needed(PLATFORM, settings) if step.name == "services"]
    assert folder in services.module


def test_who_speaks_is_asked_only_where_it_is_wanted(tmp_path: Path) -> None:
    for wanted in (False, True):
        settings = EmbeddedSettings(diarization=wanted, diarization_port=9002)
        services = {program.name: program for program in composed(tmp_path, settings).services}
        assert ("diarization" in services) is wanted
        told = {
            services[name].environment.get("DIARIZATION_SERVICE_URL") for name in ("stt", "api", "worker")
        }
        assert told == {"http://127.0.0.1:9002" if wanted else None}
        steps = needed(PLATFORM, settings)
        [environments] = [step for step in steps if step.name == "services"]
        assert ("diarization" in environments.module) is wanted
        assert ("diarization" in {step.name for step in steps}) is wanted


def test_livekit_listens_on_loopback_and_tells_the_api_what_happens(tmp_path: Path) -> None:
    platform = composed(
        tmp_path, EmbeddedSettings(api_port=9000, livekit_port=9001, livekit_udp_first_port=51000)
    )
    livekit = next(program for program in platform.servers if program.name == "livekit")
    configuration = json.loads(livekit.files[tmp_path / "run" / "livekit.json"])
    assert configuration["port"] == 9001
    assert configuration["bind_addresses"] == ["127.0.0.1"]
    assert configuration["rtc"]["port_range_start"] == 51000
    assert configuration["rtc"]["port_range_end"] == 51200
    assert configuration["keys"] == {"key": "s" * 32}
    assert configuration["webhook"]["urls"] == ["http://127.0.0.1:9000/api/v1/livekit/webhook"]


def test_valkey_keeps_what_it_is_told_and_wants_a_password(tmp_path: Path) -> None:
    platform = composed(tmp_path / 'with "quotes" and spaces', EmbeddedSettings())
    valkey = next(program for program in platform.servers if program.name == "valkey")
    lines = next(iter(valkey.files.values())).splitlines()
    assert 'appendonly "yes"' in lines
    assert 'requirepass "valkey"' in lines
    assert 'bind "127.0.0.1"' in lines
    assert any(line.startswith("dir ") and r"with \"quotes\" and spaces" in line for line in lines)
