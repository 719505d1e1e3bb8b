"""Starts the API."""

from api_service.app import create_app
from api_service.settings import ApiSettings
from shared.observing import configure_logging
from shared.process import run


def main() -> None:
    settings = ApiSettings()
    configure_logging(service="api", level=settings.log_level, log_format=settings.log_format)
    run(create_app(settings), host=settings.host, port=settings.port)


if __name__ == "__main__":
    main()
