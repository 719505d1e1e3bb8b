"""Start the diarization service: `python -m diarization_service`."""

from diarization_service.app import create_app
from diarization_service.settings import DiarizationSettings
from shared.observing import configure_logging
from shared.process import run


def main() -> None:
    """Serve until told to stop. Without a model it serves what is missing."""
    settings = DiarizationSettings()
    configure_logging(service="diarization", level=settings.log_level, log_format=settings.log_format)
    run(create_app(settings), host=settings.host, port=settings.port)


if __name__ == "__main__":
    main()
