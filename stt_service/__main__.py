"""Start the speech service: `python -m stt_service`."""

import sys

from shared.observing import configure_logging
from shared.serving import run
from stt_service.app import create_app
from stt_service.engine import EngineUnavailable, check_engine
from stt_service.settings import SttSettings


def main() -> None:
    """Serve until told to stop, or say at once what is missing."""
    settings = SttSettings()
    try:
        check_engine(settings)
    except EngineUnavailable as fault:
        sys.exit(f"the speech service cannot start: {fault}")
    configure_logging(service="stt", level=settings.log_level, log_format=settings.log_format)
    run(create_app(settings), host=settings.host, port=settings.port)


if __name__ == "__main__":
    main()
