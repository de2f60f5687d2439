"""Who will not get a warning and why, one by one: for the school whose list it is, and for nobody above it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.addresses import masked
from contact_registry.audiences import Audience, LeftOut, joined_as_sets, left_out_select
from contact_registry.classes import in_order
from contact_registry.sealing import MasterKey, data_keys
from service.actors import Actor
from service.broadcasts.audiences.chosen import SENDABLE, preferences_of
from service.broadcasts.audiences.resolving import resolve_audience
from service.errors import Conflict
from service.languages import Language, Phrase
from service.languages import gettext_lazy as _
from service.units import Unit

_WORDS: Mapping[LeftOut, Phrase] = {
    LeftOut.WRONG_PERSON: _("The holder says they are not the parent."),
    LeftOut.INVALID: _("The number or address is not in use."),
    LeftOut.HARD_BOUNCE: _("The mailbox takes no mail any more."),
    LeftOut.OPT_OUT: _("Has asked not to get advisories."),
    LeftOut.NO_CONSENT: _("Has not agreed to get advisories."),
    LeftOut.OTHER: _("This number or address cannot be written to."),
    LeftOut.NO_ADDRESS: _("No number or address for the chosen channels."),
    LeftOut.NO_CONTACT: _("There is nobody to write to for this pupil."),
}


def why(reason: LeftOut, language: Language) -> str:
    """Returns the sentence for a reason."""
    return _WORDS[reason].in_(language)


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """Somebody who will not be written to, as the school's list has them. `row`: as the spreadsheet shows it.

    A pupil nobody can be written to for has neither role nor address; a contact without an address no address; staff no class.
    """

    class_name: str | None
    sheet: str | None
    row: int | None
    role: str | None
    channel: str | None
    address: str | None
    reason: LeftOut


async def list_left_out(
    conn: AsyncConnection,
    actor: Actor,
    *,
    unit: Unit,
    audience: Audience,
    channels: Sequence[str],
    urgency: str,
    master: MasterKey,
    skip: int,
    limit: int,
    now: datetime,
) -> list[LeftOutRow]:
    """Lists those left out now, in the order of the list, at most `limit` behind the first `skip`. The transaction acts for the
    unit.

    Raises `Forbidden("auth.scope")`, `Invalid` as `resolve_audience` does, and `Conflict("audience.not_own_list")` for another
    list than that of the actor's own unit: whoever is above sees how many, and why.
    """
    actor.require("contacts:read")
    meant = await resolve_audience(conn, unit.id, unit.code, audience, on=now)
    if unit.id != actor.unit_id or meant.unit_ids != [unit.id]:
        raise Conflict("audience.not_own_list")
    wanted = [channel for channel in SENDABLE if channel in channels]
    if not wanted:
        return []
    found = left_out_select(unit.id, meant.audience, wanted, await preferences_of(conn, unit.id, urgency))
    async with joined_as_sets(conn):
        every = (await conn.execute(found)).all()  # ordered in whole anyway, by class as the database orders text
    rows = sorted(every, key=lambda row: (row.class_name is None, in_order(row.class_name or "")))[skip : skip + limit]
    keys = await data_keys(conn, master, {row.data_key_id for row in rows if row.data_key_id is not None})
    return [
        LeftOutRow(
            row.class_name,
            row.sheet,
            row.row,
            row.role,
            row.channel,
            masked(row.channel, keys[row.data_key_id].unseal(row.address_sealed, row.channel)) if row.channel else None,
            LeftOut(row.left_out),
        )
        for row in rows
    ]
