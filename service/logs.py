"""Structured logs, one JSON object a line on standard error, without personal data.

Whoever logs gives ids, codes and counts. As a second fence, values under a key that names a person's data are dropped,
and whatever looks like a phone number, an email address or a look-up number is blanked in every value.
"""

import logging
import re
import sys
import time
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

import structlog

_NEVER = frozenset({"phone", "email", "name", "address", "text", "body", "to", "number", "password", "authorization"})
_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+"  # an email address
    r"|(?<![\w-])\+?\d(?:[ .\-]?\d){8,15}(?![\w-])"  # nine digits and more: a phone or look-up number
)

_POOL_SAYS = ("error connecting", "discarding", "rolling back", "closing returned", "error resetting")


def _without_people(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in list(event.items()):
        if key in _NEVER:
            del event[key]
        elif isinstance(value, str) and key != "timestamp":
            event[key] = _PERSONAL.sub("[…]", value)
    return event


class _OfPools(logging.Filter):
    """Of the driver's pool: why it cannot connect, once a minute; not each connection it throws away."""

    _EVERY = 60.0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._told = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.ERROR or not str(record.msg).startswith(_POOL_SAYS):
            return True
        if str(record.msg).startswith("error connecting") and self._clock() - self._told >= self._EVERY:
            self._told = self._clock()
            return True
        return False


def configure_logs(process: str, level: str = "INFO") -> None:
    """Sends structlog and the standard library's logging to standard error as JSON lines, tagged with the process."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_people,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        # What is not written is not made ready to be written: a callback comes 300 times a second.
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.EventRenamer("event"),
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    structlog.contextvars.bind_contextvars(process=process)
    # Libraries that would log addresses, URLs with tokens, or every request.
    noisy = (
        "uvicorn.access",
        "twilio",
        "twilio.async_http_client",
        "aiosmtplib",
        "httpx",
        "mail.log",
        "arq.jobs",
        "psycopg.pool",
    )
    for name in noisy:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("psycopg.pool").filters = [_OfPools()]


def warn_of_unknown(names: Iterable[tuple[str, str | None]]) -> None:
    """Logs one line for each setting that is none, with the nearest that is."""
    for setting, nearest in names:
        structlog.get_logger(__name__).warning("setting.unknown", setting=setting, nearest=nearest)
