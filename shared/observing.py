"""Logs and metrics in one form for every service. What people said never enters either."""

import logging
import sys
from typing import Literal

import structlog
from prometheus_client import Counter, Gauge, Histogram
from structlog.typing import Processor

LogFormat = Literal["console", "json"]

REQUEST_SECONDS = Histogram(
    "intrascribe_request_seconds",
    "Time from a request's first byte to its response's last",
    ["service", "route", "method", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
INFERENCE_SECONDS = Histogram(
    "intrascribe_inference_seconds",
    "Time inside the model",
    ["service", "engine"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
QUEUE_DEPTH = Gauge(
    "intrascribe_queue_depth", "What waits and has not begun", ["queue"], multiprocess_mode="livesum"
)
DROPPED = Counter("intrascribe_dropped_total", "What was given up under load", ["queue"])


def configure_logging(*, service: str, level: str, log_format: LogFormat) -> None:
    """Send structlog and the standard library's loggers to stderr, one line an event."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # At debug they write every header and message of a stream: tokens, and what people said.
    for telltale in ("sse_starlette", "uvicorn.error", "websockets"):
        logging.getLogger(telltale).setLevel(max(logging.INFO, root.level))
    logging.getLogger("uvicorn.error").addFilter(_names_no_address)
    structlog.contextvars.bind_contextvars(service=service)


def _names_no_address(record: logging.LogRecord) -> bool:
    """uvicorn writes down the whole address of every WebSocket, and clients put tokens into addresses."""
    return "WebSocket %s" not in str(record.msg)
