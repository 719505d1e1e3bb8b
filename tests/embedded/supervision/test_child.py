"""The program that becomes other programs."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from embedded.supervision.child import Identity
from embedded.supervision.programs import Program, as_parent, launch_command

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
NOBODY = 65534


def launched(tmp_path: Path, command: Sequence[str], *, identity: Identity | None = None) -> str:
    program = Program("test", tuple(command), lambda: None, environment={"GIVEN": "1"}, identity=identity)
    done = subprocess.run(
        launch_command(program, tmp_path),
        env=as_parent(),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_command_gets_its_environment_beside_ours(tmp_path: Path) -> None:
    assert launched(tmp_path, ["sh", "-c", 'echo "$GIVEN $PATH"']) == f"1 {os.environ['PATH']}\n"


def test_a_child_dies_with_its_killed_parent(tmp_path: Path) -> None:
    command = launch_command(Program("test", ("sleep", "60"), lambda: None), tmp_path)
    parent_code = (
        "import subprocess, sys, json;"
        "from embedded.supervision.programs import as_parent;"
        "child = subprocess.Popen(json.loads(sys.argv[1]), env=as_parent());"
        "print(child.pid, flush=True); child.wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent_code, json.dumps(command)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    assert child.wait(timeout=60) is None


def test_a_child_whose_parent_died_before_it_could_ask_does_not_start(tmp_path: Path) -> None:
    command = launch_command(Program("test", ("echo", "started"), lambda: None), tmp_path)
    gone = as_parent() | {"INTRASCRIBE_PARENT": "1"}
    done = subprocess.run(command, env=gone, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "is gone" in done.stderr


@as_root
def test_a_child_becomes_another_user_for_good(tmp_path: Path) -> None:
    identity = Identity(uid=NOBODY, gid=NOBODY, keep_access=False)
    said = launched(tmp_path, ["sh", "-c", "id -u; id -G; grep CapEff /proc/self/status"], identity=identity)
    assert said.split() == ["65534", "65534", "CapEff:", "0000000000000000"]


@as_root
@pytest.mark.parametrize("keep_access", [True, False])
def test_a_closed_folder_opens_only_to_who_keeps_access(tmp_path: Path, *, keep_access: bool) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "file").write_text("inside")
    identity = Identity(uid=NOBODY, gid=NOBODY, keep_access=keep_access)
    assert (launched(tmp_path, ["cat", str(closed / "file")], identity=identity) == "inside") is keep_access
