"""Memory of processes, each with what it started."""

import os
import subprocess
import sys

from embedded.demo.memory import pss_megabytes


def test_children_are_counted_beside_their_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        found = pss_megabytes({"tests": os.getpid()})
        child.kill()
    assert found["tests"] > 1
    assert found["tests, its 1 children"] > 0


def test_a_process_that_is_gone_is_left_out() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert pss_megabytes({"gone": child.pid}) == {}
