"""Erasing a person: what names them goes, from the list and from lists that wait; what was sent stays provable without them."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Literal

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.lists import rechecked
from contact_registry.people import Erased, addresses_of, erase_person, struck
from contact_registry.present import clear_people, load_rows, replace_rows, row_key_ids
from contact_registry.sealing import MasterKey, current_data_key, data_keys
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.contacts.people import ContactPlace
from service.contacts.sealed_files import delete_file
from service.contacts.suppressing import keep_off
from service.errors import Conflict
from service.keyring.deployment import deployment_key

ErasedBecause = Literal["rights_request", "wrong_person", "mistake"]


async def erase(
    conn: AsyncConnection,
    actor: Actor,
    *,
    place: ContactPlace,
    reason: ErasedBecause,
    stay_off: bool,
    master: MasterKey,
    now: datetime,
) -> Erased:
    """Deletes a person from the unit by all their addresses. `stay_off`: no later list makes the unit write to them again.

    Messages sent to them keep number, keyed hash, times and record. The transaction acts for the contact's unit.
    Raises `Forbidden`, `Conflict("contact.in_flight" | "contact.list_being_read")`; then nothing is changed.
    """
    actor.require("contacts:erase")
    hashes = await addresses_of(conn, place.unit_id, place.id, past=True)
    if stay_off:
        await keep_off(conn, unit_id=place.unit_id, hashes=hashes, reason="wrong_person", by=actor.account_id, now=now)
    for channel, some in hashes.items():
        forgotten = await conn.execute(
            text("SELECT door_forget_deliveries(:channel, CAST(:hashes AS bytea[]))"), {"channel": channel, "hashes": list(some)}
        )
        if not forgotten.scalar_one():
            raise Conflict("contact.in_flight")
    rows = await _strike_from_lists(conn, place.unit_id, hashes, master)
    erased = await erase_person(conn, place.unit_id, place.id, hashes)
    await note_event(
        conn,
        actor,
        Subject(place.unit_id, "contact", place.public_id),
        Action.CONTACT_ERASED,
        now,
        reason=reason,
        kept_off=stay_off,
        list_rows=rows,
        **asdict(erased),
    )
    return erased


async def _strike_from_lists(
    conn: AsyncConnection, unit_id: int, hashes: Mapping[str, Collection[bytes]], master: MasterKey
) -> int:
    """Takes the addresses out of the unit's lists that are not applied; how many rows. A file that holds them goes, too."""
    waiting = (
        await conn.execute(
            text(
                "SELECT id, audience, state, dry_run FROM imports i"
                " WHERE unit_id = :unit AND (state IN ('reading', 'checked') OR state = 'failed'"
                " AND EXISTS (SELECT FROM import_columns c WHERE c.import_id = i.id)) ORDER BY id FOR UPDATE"
            ),
            {"unit": unit_id},
        )
    ).all()
    if any(row.state == "reading" for row in waiting):
        raise Conflict("contact.list_being_read")
    index_key = await deployment_key(conn, master, "address_index")
    hit = 0
    for found in waiting:
        if found.state == "failed" or found.dry_run:  # its rows are not kept, so nobody knows whom its samples name
            await clear_people(conn, found.id)
            await delete_file(conn, found.id)
            continue
        keys = await data_keys(conn, master, await row_key_ids(conn, found.id))
        rows = await load_rows(conn, found.id, keys, of=found.audience)
        changed = await asyncio.to_thread(struck, rows, hashes, index_key, of=found.audience)
        if not changed:
            continue
        hit += len(changed)
        again, counts = await asyncio.to_thread(rechecked, [changed.get(n, row) for n, row in enumerate(rows)])
        await replace_rows(conn, found.id, unit_id, again, changed.keys(), await current_data_key(conn, master, unit_id))
        await conn.execute(
            text("UPDATE imports SET counts = CAST(:counts AS jsonb) WHERE id = :id AND state = 'checked'"),
            {"id": found.id, "counts": orjson.dumps(counts).decode()},
        )
        # The samples were cells, and the file would be read again as it is.
        await conn.execute(text("DELETE FROM import_columns WHERE import_id = :id"), {"id": found.id})
        await delete_file(conn, found.id)
    return hit
