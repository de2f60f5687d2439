"""The file of numbers, kept ahead of the counter by every worker that has one: a disk that is lost takes no number with it."""

import structlog

from service.database import unit_transaction
from service.records import keep_ahead, next_number
from workers.kept.tools import Tools

_log = structlog.get_logger()


async def keep_numbers(tools: Tools) -> None:
    """Looks once at the file of numbers. One that cannot be written holds up no warning: it is far ahead, and the log says so
    until somebody mends it.
    """
    file = tools.settings.numbers_file
    if file is None:
        return
    async with unit_transaction(tools.engine, None) as conn:
        stands_at = await next_number(conn)
    try:
        keep_ahead(file, stands_at)
    except (OSError, ValueError) as error:
        _log.error("numbers.not_kept", error=type(error).__name__)
