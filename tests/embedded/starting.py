"""A start of the platform as a process of its own, for tests that interrupt it."""

import signal
import sys
from pathlib import Path

from embedded import lifecycle
from embedded.failures import Failure
from embedded.interruption import unwind_when_ended
from embedded.layout import Layout
from tests.embedded.platforms import never_ready, servers_only


def main() -> None:
    """Start servers and then wait for a service that never becomes ready."""
    layout = Layout(Path(sys.argv[1]))
    # As at a terminal: whoever runs the tests in the background may have had these ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    unwind_when_ended()
    try:
        lifecycle.bring_up(
            servers_only(layout, never_ready()), layout, report=lambda said: print(said, flush=True)
        )
    except (Failure, KeyboardInterrupt) as end:
        sys.exit(repr(end))


if __name__ == "__main__":
    main()
