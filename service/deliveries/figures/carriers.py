"""Whether a channel's carriers take anything now, as the workers that live know it from their own calls."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

NOTE_TROUBLE = "SELECT door_note_trouble(%s, %s, %s)"
"""For a worker: itself, the channel, when it tries again (null: the channel works)."""
ACCOUNT_SINCE = "SELECT door_carrier_account(%s, %s, %s)"
"""For a worker: a carrier's name, a fingerprint of the account it stands for, now. Says since when it has been that one."""


async def carriers_rest(conn: AsyncConnection, channels: Collection[str], *, now: datetime) -> Mapping[str, datetime]:
    """Returns those of the channels by which nothing leaves now, with the moment at which the carrier is tried again; it lies
    ahead.
    """
    rows = await conn.execute(text("SELECT channel, until FROM door_carrier_troubles()"))
    return {row.channel: row.until for row in rows if row.channel in channels and row.until > now}


async def work_before(conn: AsyncConnection, urgency: str, work: Mapping[str, int]) -> dict[str, int]:
    """Counts what stands before a broadcast that would be approved now: segments and letters, by channel. `work`: its own."""
    asked: dict[str, Any] = {"urgency": urgency, "sms": work.get("sms", 0), "email": work.get("email", 0)}
    rows = await conn.execute(text("SELECT channel, before FROM door_work_before(:urgency, :sms, :email)"), asked)
    return {row.channel: int(row.before) for row in rows if work.get(row.channel)}
