"""A command is written beside the change that calls for it, in the caller's transaction: both are there, or neither."""

from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.outbox.commands import Command, Lane


async def put(conn: AsyncConnection, command: Command, *, lane: Lane | str, now: datetime) -> None:
    """Hands the command to the workers once the caller's transaction commits. The transaction acts for the command's unit."""
    await conn.execute(
        text(
            "INSERT INTO outbox (unit_id, lane, command, payload, created_at)"
            " VALUES (:unit, :lane, :command, CAST(:payload AS jsonb), :now)"
        ),
        {
            "unit": command.unit_id,
            "lane": lane,
            "command": command.name,
            "payload": orjson.dumps(command.payload).decode(),
            "now": now,
        },
    )
