"""Asks a service on this machine whether it is well; the exit status answers. For container health checks.

python -m shared.healthcheck http://127.0.0.1:8000/health
"""

import sys
import urllib.error
import urllib.request

_TIMEOUT_SECONDS = 2.0


def main() -> int:
    """Return 0 when the address answers with a 2xx."""
    try:
        with urllib.request.urlopen(sys.argv[1], timeout=_TIMEOUT_SECONDS):  # noqa: S310 - given by the image
            return 0
    except urllib.error.URLError as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
