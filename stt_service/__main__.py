"""Start the speech service: `python -m stt_service`."""

from shared.observing import configure_logging
from shared.serving import run
from stt_service.app import create_app
from stt_service.settings import SttSettings


def main() -> None:
    """Serve until told to stop."""
    settings = SttSettings()
    configure_logging(service="stt", level=settings.log_level, log_format=settings.log_format)
    run(create_app(settings), host=settings.host, port=settings.port)


if __name__ == "__main__":
    main()
