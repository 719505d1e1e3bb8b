"""Ends the supervisor when the command that is starting the platform dies before it is up.

Standard library only. Run by the supervisor as its child; waits for the lock of the starting command, which
the kernel frees however that command ends:

    python -I -S guard.py LOCK_FILE READY_FILE
"""

import fcntl
import os
import signal
import sys
from pathlib import Path


def main() -> None:
    """Wait for the end of the start; what is ready may stay."""
    lock, ready = Path(sys.argv[1]), Path(sys.argv[2])
    with lock.open() as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        if not ready.exists():
            os.kill(os.getppid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
