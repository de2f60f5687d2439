"""On what ground a parent is written to, by keyed hash: it outlives lists and people, as a suppression does.

Silence is no consent: what nobody recorded does not stand, and what was withdrawn is kept, dated, as proof of both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement

from contact_registry.bulk import ByteArray
from contact_registry.models import consents
from contact_registry.sealing.keys import DataKey

Basis = Literal["consent", "agreement"]
Proof = Literal["paper_form", "online_form", "meeting", "phone_call", "contract"]

_PLACE = "consent-place"


@dataclass(frozen=True, slots=True)
class Consent:
    """What was given and how it can be proved. `place`: where the proof is kept; it may name somebody, so it is sealed."""

    basis: Basis
    proof: Proof
    given_on: date
    place: str | None = None


def consented(unit_id: ColumnElement[Any], channel: ColumnElement[Any], address_hash: ColumnElement[Any]) -> ColumnElement[bool]:
    """Tells, as a condition for a larger SELECT, whether a consent for the unit and channel stands now."""
    held = consents.c
    return (
        select(1)
        .where(held.unit_id == unit_id, held.channel == channel, held.address_hash == address_hash, held.withdrawn_at.is_(None))
        .exists()
    )


async def give_consent(
    conn: AsyncConnection,
    *,
    channel: str,
    address_hashes: Sequence[bytes],
    consent: Consent,
    data_key: DataKey,
    by: int,
    now: datetime,
) -> int:
    """Records a consent for every address that has none standing; how many that were. The transaction acts for the key's unit."""
    made = await conn.execute(
        text(
            "INSERT INTO consents"
            " (unit_id, channel, address_hash, basis, proof, place_sealed, data_key_id, given_on, recorded_by, recorded_at)"
            " SELECT :unit, :channel, hash, :basis, :proof, CAST(:place AS bytea), CAST(:key AS bigint), :given, :by, :now"
            " FROM unnest(CAST(:hashes AS bytea[])) AS hash"
            " ON CONFLICT (unit_id, channel, address_hash) WHERE withdrawn_at IS NULL DO NOTHING"
        ),
        {
            "unit": data_key.unit_id,
            "channel": channel,
            "hashes": ByteArray(address_hashes),
            "basis": consent.basis,
            "proof": consent.proof,
            "place": data_key.seal(consent.place, _PLACE) if consent.place else None,
            "key": data_key.id if consent.place else None,
            "given": consent.given_on,
            "by": by,
            "now": now,
        },
    )
    return made.rowcount


async def withdraw_consent(
    conn: AsyncConnection, *, unit_id: int, channel: str, address_hashes: Sequence[bytes], by: int, now: datetime
) -> int:
    """Ends what stands for these addresses; how many consents that were."""
    ended = await conn.execute(
        text(
            "UPDATE consents SET withdrawn_at = :now, withdrawn_by = :by"
            " WHERE unit_id = :unit AND channel = :channel AND address_hash = ANY (CAST(:hashes AS bytea[]))"
            " AND withdrawn_at IS NULL"
        ),
        {"unit": unit_id, "channel": channel, "hashes": ByteArray(address_hashes), "by": by, "now": now},
    )
    return ended.rowcount
