"""Addresses that must not be written to. They outlive every import; lifting one is a person's own deed."""

from collections.abc import Collection
from typing import Any, Literal

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement

from contact_registry.models import suppressions

Reason = Literal["opt_out", "wrong_person", "invalid", "hard_bounce"]

ALWAYS: tuple[Reason, ...] = ("wrong_person", "invalid", "hard_bounce")
"""These hold for every warning. An opt-out holds for advisories only: an urgent warning ignores preferences."""


def suppressed(
    unit_id: ColumnElement[Any], channel: ColumnElement[Any], address_hash: ColumnElement[Any], *, opt_out_too: bool
) -> ColumnElement[bool]:
    """Whether the unit may not write to the address, as a condition to stand in a larger SELECT."""
    reasons = (*ALWAYS, "opt_out") if opt_out_too else ALWAYS
    held = suppressions.c
    return (
        select(1)
        .where(held.unit_id == unit_id, held.channel == channel, held.address_hash == address_hash, held.reason.in_(reasons))
        .exists()
    )


async def suppress(
    conn: AsyncConnection, *, unit_id: int, channel: str, address_hashes: Collection[bytes], reason: Reason, by: int | None = None
) -> None:
    """Adds addresses to the unit's suppressions. Doing so twice changes nothing. `by`: the account; None: the system."""
    await conn.execute(
        text(
            "INSERT INTO suppressions (unit_id, channel, address_hash, reason, created_by)"
            " SELECT :unit, :channel, hash, :reason, CAST(:by AS bigint) FROM unnest(CAST(:hashes AS bytea[])) AS hash"
            " ON CONFLICT DO NOTHING"
        ),
        {"unit": unit_id, "channel": channel, "hashes": list(address_hashes), "reason": reason, "by": by},
    )
