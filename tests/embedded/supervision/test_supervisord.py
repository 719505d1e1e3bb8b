"""What supervisord is told."""

import json
import shlex
from configparser import RawConfigParser
from pathlib import Path

import pytest

from embedded.failures import Failure
from embedded.layout import Layout
from embedded.supervision.programs import Program
from embedded.supervision.supervisord import Remote, Unreachable, configure


def program(name: str, **environment: str) -> Program:
    return Program(name, ("/bin/true",), lambda: None, environment=environment, stop_seconds=7)


def read(text: str) -> RawConfigParser:
    parser = RawConfigParser(inline_comment_prefixes=(";", "#"))
    parser.read_string(text)
    return parser


def test_servers_stop_after_the_services_that_need_them(tmp_path: Path) -> None:
    groups = {"servers": [program("postgres"), program("valkey")], "services": [program("api")]}
    parsed = read(configure(groups, Layout(tmp_path)))
    assert parsed["group:servers"]["programs"] == "postgres,valkey"
    assert parsed.getint("group:servers", "priority") < parsed.getint("group:services", "priority")


def test_programs_wait_to_be_started_and_are_started_again_when_they_die(tmp_path: Path) -> None:
    section = read(configure({"services": [program("api")]}, Layout(tmp_path)))["program:api"]
    assert section["autostart"] == "false"
    assert section["autorestart"] == "true"
    assert section["stopwaitsecs"] == "7"


def test_secrets_are_in_a_private_file_and_not_on_the_command_line(tmp_path: Path) -> None:
    secret = 'a "strange" %(secret)s; # in\nlines'
    text = configure({"services": [program("api", PASSWORD=secret)]}, Layout(tmp_path))
    assert "strange" not in text
    launch_file = Path(shlex.split(read(text)["program:api"]["command"])[-1])
    assert json.loads(launch_file.read_text())["environment"] == {"PASSWORD": secret}
    assert launch_file.stat().st_mode & 0o077 == 0


def test_a_state_directory_may_have_any_name(tmp_path: Path) -> None:
    state = tmp_path / "50%(here)s of it"
    section = read(configure({"services": [program("api")]}, Layout(state)))["program:api"]
    command = shlex.split(section["command"].replace("%%", "%"))
    assert command[-1] == str(state / "run" / "launch" / "api.json")


def test_a_state_directory_too_deep_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="INTRASCRIBE_STATE"):
        Layout(tmp_path / ("deep" * 30)).create()


def test_where_nobody_answers_the_supervisor_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        Remote(tmp_path / "nobody.sock").programs()
