"""Start the speech service: `python -m stt_service`."""

import sys

from stt_service.engine import EngineUnavailable, check_engine
from stt_service.settings import SttSettings


def main() -> None:
    """Serve until told to stop, or say at once what is missing."""
    settings = SttSettings()
    try:
        check_engine(settings)
    except EngineUnavailable as fault:
        sys.exit(f"the speech service cannot start: {fault}")
    # Only now, so that what is missing is said at once.
    from shared.observing import configure_logging  # noqa: PLC0415
    from shared.process import run  # noqa: PLC0415
    from stt_service.app import create_app  # noqa: PLC0415
    from stt_service.openai.realtime_session import MAX_EVENT_BYTES  # noqa: PLC0415

    configure_logging(service="stt", level=settings.log_level, log_format=settings.log_format)
    run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        max_message_bytes=MAX_EVENT_BYTES,
        pong_seconds=None,
    )


if __name__ == "__main__":
    main()
