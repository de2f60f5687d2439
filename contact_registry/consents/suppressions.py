"""Addresses that must not be written to. They outlive every import; lifting one is a person's own deed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.addresses.masking import masked
from contact_registry.sealing.keys import MasterKey, data_keys

Reason = Literal["opt_out", "wrong_person", "invalid", "hard_bounce"]


async def suppress(
    conn: AsyncConnection,
    *,
    unit_id: int,
    channel: str,
    address_hashes: Collection[bytes],
    reason: Reason,
    by: int | None = None,
    now: datetime | None = None,
) -> int:
    """Adds addresses to the unit's suppressions; how many were not there.
    `by`: the account; None: the system, or the person itself.
    """
    added = await conn.execute(
        text(
            "INSERT INTO suppressions (unit_id, channel, address_hash, reason, created_by, created_at)"
            " SELECT :unit, :channel, hash, :reason, CAST(:by AS bigint), coalesce(CAST(:now AS timestamptz), now())"
            " FROM unnest(CAST(:hashes AS bytea[])) AS hash ON CONFLICT DO NOTHING"
        ),
        {"unit": unit_id, "channel": channel, "hashes": list(address_hashes), "reason": reason, "by": by, "now": now},
    )
    return added.rowcount


async def lift_suppression(
    conn: AsyncConnection, *, unit_id: int, channel: str, address_hashes: Collection[bytes], reason: Reason
) -> int:
    """Takes these addresses off the unit's suppressions for that reason; how many stood there."""
    lifted = await conn.execute(
        text(
            "DELETE FROM suppressions WHERE unit_id = :unit AND channel = :channel AND reason = :reason"
            " AND address_hash = ANY (CAST(:hashes AS bytea[]))"
        ),
        {"unit": unit_id, "channel": channel, "hashes": list(address_hashes), "reason": reason},
    )
    return lifted.rowcount


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A suppression in its unit's list. `contact` and `address` (masked): None where no present contact has the address."""

    id: UUID
    channel: str
    reason: str
    since: datetime
    contact: UUID | None
    address: str | None


async def list_suppressions(
    conn: AsyncConnection, master: MasterKey, unit_id: int, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Suppressed]:
    """Lists the unit's suppressions, the newest first, at most `limit`, behind the one of the time and id `before`."""
    behind = "AND (s.created_at, s.public_id) < (:time, :id)" if before else ""
    found = (
        await conn.execute(
            text(
                "SELECT s.public_id AS id, s.channel, s.reason, s.created_at, p.contact, p.address_sealed, p.data_key_id"
                " FROM suppressions s LEFT JOIN LATERAL ("
                "   SELECT c.public_id AS contact, p.address_sealed, p.data_key_id"
                "     FROM contact_points p JOIN contacts c ON c.id = p.contact_id"
                "    WHERE p.unit_id = s.unit_id AND p.audience IN ('parents', 'staff') AND p.channel = s.channel"
                "      AND p.address_hash = s.address_hash AND p.ended_by IS NULL ORDER BY p.id LIMIT 1) p ON true"
                f" WHERE s.unit_id = :unit {behind} ORDER BY s.created_at DESC, s.public_id DESC LIMIT :limit"
            ),
            {"unit": unit_id, "limit": limit} | ({"time": before[0], "id": before[1]} if before else {}),
        )
    ).all()
    keys = await data_keys(conn, master, {row.data_key_id for row in found if row.data_key_id})
    return [
        Suppressed(
            UUID(str(row.id)),
            row.channel,
            row.reason,
            row.created_at,
            row.contact and UUID(str(row.contact)),
            row.address_sealed and masked(row.channel, keys[row.data_key_id].unseal(row.address_sealed, row.channel)),
        )
        for row in found
    ]
