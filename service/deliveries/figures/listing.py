"""A broadcast's deliveries as a person may see them: addresses masked, reasons in words."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.addresses import masked
from contact_registry.sealing import MasterKey, data_keys
from service.database import act_for
from service.deliveries.answers.reasons import in_words
from service.deliveries.lifecycle import Shown
from service.languages import Language


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One message to one address. `number` is the cursor of a listing; `code` is the reason's code.

    `address`: None once it is no longer kept, which `note` then says in words. `called_at`: the last attempt's intent; `attempt`:
    how many there were. `repeat`: of one in doubt, what sending it again would mean. `provider`: the short name of whom it was
    last handed to.
    """

    number: int
    channel: str
    address: str | None
    state: Shown
    reason: str | None
    code: str | None
    attempt: int
    called_at: datetime | None
    accepted_at: datetime | None
    finished_at: datetime | None
    note: str | None = None
    repeat: str | None = None
    provider: str | None = None


async def list_deliveries(
    conn: AsyncConnection,
    broadcast_id: int,
    *,
    state: Shown | None,
    after: int | None,
    limit: int,
    language: Language,
    master: MasterKey,
) -> list[DeliveryView]:
    """Lists deliveries in the order of their numbers, behind `after`. `state` in the API's words: "sending" is what the database
    calls `calling`.
    """
    rows = (
        await conn.execute(
            text(
                "SELECT number, unit_id, channel, data_key_id, address_sealed, state, reason, attempt, called_at, provider,"
                " accepted_at, finished_at, coalesce(listed_at = 'infinity', false) AS unlisted FROM deliveries"
                " WHERE broadcast_id = :broadcast AND number > :after AND (CAST(:state AS text) IS NULL OR state = :state)"
                " ORDER BY number LIMIT :limit"
            ),
            {
                "broadcast": broadcast_id,
                "after": after or 0,
                "state": "calling" if state == "sending" else state,
                "limit": limit,
            },
        )
    ).all()
    if not rows:
        return []
    # A department's deliveries are sealed by its schools' keys.
    await act_for(conn, rows[0].unit_id, subtree=True)
    keys = await data_keys(conn, master, {row.data_key_id for row in rows})
    await act_for(conn, rows[0].unit_id)
    return [
        DeliveryView(
            number=row.number,
            channel=row.channel,
            address=masked(row.channel, keys[row.data_key_id].unseal(row.address_sealed, row.channel))
            if row.address_sealed
            else None,
            state="sending" if row.state == "calling" else row.state,
            reason=in_words(row.reason, language),
            code=row.reason,
            attempt=row.attempt,
            called_at=row.called_at,
            accepted_at=row.accepted_at,
            finished_at=row.finished_at,
            note=None if row.address_sealed else in_words("address.forgotten", language),
            repeat=in_words("repeat.unlisted" if row.unlisted else f"repeat.{row.channel}", language)
            if row.state == "uncertain"
            else None,
            provider=row.provider,
        )
        for row in rows
    ]
