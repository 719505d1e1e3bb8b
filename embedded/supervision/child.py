"""Becomes a command that dies with its parent or is detached from it, without root's privileges if asked.

Standard library only and run as a file, so that it starts fast and with any Python. What to do, a file
tells it, because arguments are visible to everybody on the machine:

    python -I -S child.py LAUNCH_FILE
"""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from typing import TypedDict

PARENT = "INTRASCRIBE_PARENT"
"""Names the process to die with; closes the gap between the fork and the request to the kernel."""

_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522


class Identity(TypedDict):
    """The user to run as."""

    uid: int
    gid: int
    keep_access: bool
    """Whether folders that are closed to that user can be entered all the same."""


class Launch(TypedDict):
    """What a launch file says."""

    command: list[str]
    environment: dict[str, str]
    death_signal: str | None
    """What the command gets when its parent dies; None detaches it from its parent and from the terminal."""

    identity: Identity | None


def main() -> None:
    """Become the command."""
    launch: Launch = json.loads(Path(sys.argv[1]).read_bytes())
    parent = int(os.environ.get(PARENT) or os.getppid())
    if identity := launch["identity"]:
        _become(identity)
    if death_signal := launch["death_signal"]:
        # After the change of user, which would clear it.
        _call("prctl", _PR_SET_PDEATHSIG, signal.Signals[f"SIG{death_signal}"], 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(f"the parent process {parent} is gone")
    else:
        _detach()
    environment = os.environ | launch["environment"] | {PARENT: str(os.getpid())}
    os.execvpe(launch["command"][0], launch["command"], environment)  # noqa: S606 - what this program is for


def _detach() -> None:
    if os.fork():
        os._exit(0)
    os.setsid()


def _become(identity: Identity) -> None:
    uid, gid = identity["uid"], identity["gid"]
    if identity["keep_access"]:
        _call("prctl", _PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if identity["keep_access"]:
        mask = 1 << _CAP_DAC_OVERRIDE
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
        # Effective, permitted and inheritable, for the lower and then for the upper 32 capabilities.
        sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
        _call("capset", header, sets)
        # Only ambient capabilities outlive an exec by somebody who is not root.
        _call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def _call(function: str, *arguments: "int | ctypes.Array[ctypes.c_uint32]") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_ulong(each) if isinstance(each, int) else each for each in arguments]
    if getattr(libc, function)(*words) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}: {os.strerror(code)}")


if __name__ == "__main__":
    main()
