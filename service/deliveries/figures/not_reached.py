"""The class teacher's list: whom a warning has not reached, row by row of the school's own list. The only list that leaves.

Somebody is reached when the carrier has taken a message to any of their addresses; whoever has one on its way is not listed yet.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Row, Table, Text, and_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.addresses import masked
from contact_registry.audiences import (
    Audience,
    LeftOut,
    Preferences,
    in_list_order,
    joined_as_sets,
    list_rows,
    listed_classes,
    shown_name,
)
from contact_registry.sealing import DataKey, MasterKey, data_keys
from service.actors import Actor
from service.audit import Action, note_event
from service.broadcasts import (
    BroadcastView,
    ask_lists,
    find_broadcast,
    load_audience,
    names_in_words,
    not_allowed_in,
    preferences_of,
    units_of,
    why,
)
from service.deliveries.answers.reasons import in_words
from service.errors import Conflict, NotFound
from service.languages import Language
from service.languages import gettext_lazy as _

_deliveries = Table(
    "deliveries",
    MetaData(),
    Column("broadcast_id", BigInteger),
    Column("channel", Text),
    Column("address_hash", LargeBinary),
    Column("state", Text),
    Column("reason", Text),
    Column("fault", Text),
)


@dataclass(frozen=True, slots=True)
class NotReachedRow:
    """One address the warning did not get to, or somebody without any. `row`: as the spreadsheet shows it; `why`: in words."""

    class_name: str
    sheet: str | None
    row: int | None
    role: str | None
    channel: str | None
    address: str | None
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class NotReached:
    """A class's list for one broadcast. `under_way`: people whose message has not left yet; they are not among the rows."""

    broadcast: BroadcastView
    class_name: str
    rows: Sequence[NotReachedRow]
    under_way: int


async def take_not_reached(
    conn: AsyncConnection,
    actor: Actor,
    *,
    broadcast_id: int,
    class_name: str,
    language: Language,
    master: MasterKey,
    now: datetime,
) -> NotReached:
    """Takes the list of the not reached as it stands, by the school's present list, which leaves a mark. The transaction acts
    for the broadcast's unit.

    Raises `Forbidden("auth.scope")`, `NotFound("broadcast.unknown")`, `NotFound` with `audience.class_unknown` or
    `audience.class_not_meant`, `Conflict("audience.not_own_list")` for a broadcast that is not the actor's own school's, and
    `Conflict("broadcast.not_allowed_in_state")` for one that was not planned yet.
    """
    actor.require("contacts:read")
    view = await find_broadcast(conn, broadcast_id)
    audience = load_audience(view.audience)
    if view.unit_id != actor.unit_id or await units_of(conn, view.unit_id, view.unit, audience, on=now) != [view.unit_id]:
        raise Conflict("audience.not_own_list")
    if view.planned_at is None:
        raise not_allowed_in(view.state)
    preferences = await preferences_of(conn, view.unit_id, view.urgency)
    meant, _ = await ask_lists(conn, view.unit_id, [view.unit_id], audience)
    spelled = await _spelled(conn, view, class_name)
    found = await _listed(conn, view, meant.spelled, view.channels, spelled, preferences)
    if not found:
        raise NotFound("audience.class_not_meant", named=names_in_words(spelled[:1]))
    keys = await data_keys(conn, master, {row.data_key_id for row in found if row.data_key_id is not None})
    fallen_back = await _listed(conn, view, meant.spelled, (view.fallback,), spelled, preferences) if view.fallback else ()
    states = _states((*found, *fallen_back))
    under_way = {contact for contact, of in states.items() if of & {"waiting", "calling"} and not of & _REACHED}
    weak = await _weak(conn, view, [row.address_hash for row in found if row.fault == "unreachable"])
    rows = [
        _told(row, keys, language, weak=row.address_hash in weak)
        for row in found
        if row.contact_id is None or not (states[row.contact_id] & _REACHED or row.contact_id in under_way)
    ]
    await note_event(conn, actor, view.subject, Action.NOT_REACHED_TAKEN, now, rows=len(rows))
    return NotReached(view, found[0].class_name, rows, len(under_way))


async def _spelled(conn: AsyncConnection, view: BroadcastView, class_name: str) -> tuple[str, ...]:
    """How the school's present list writes the class that is asked for."""
    listed = await listed_classes(conn, [view.unit_id])
    if spelled := listed.classes(class_name):
        return spelled
    nearest = listed.nearest_classes(class_name) or ("listed.nothing",)
    raise NotFound("audience.class_unknown", named=names_in_words([shown_name(class_name)]), nearest=nearest)


async def _listed(
    conn: AsyncConnection,
    view: BroadcastView,
    audience: Audience,
    channels: Sequence[str],
    classes: Sequence[str],
    preferences: Preferences,
) -> Sequence[Row[Any]]:
    """A class's rows of the list, with what became of the broadcast at each address on these channels."""
    listed = list_rows(view.unit_id, audience, channels, preferences)
    sent = _deliveries.c
    same = and_(sent.broadcast_id == view.id, sent.channel == listed.c.channel, sent.address_hash == listed.c.address_hash)
    statement = (
        select(listed, sent.state, sent.reason, sent.fault)
        .select_from(listed.outerjoin(_deliveries, same))
        .where(listed.c.class_name.in_(classes))
        .order_by(*in_list_order(listed))
    )
    async with joined_as_sets(conn):
        return (await conn.execute(statement)).all()


async def _weak(conn: AsyncConnection, view: BroadcastView, hashes: Sequence[bytes]) -> set[bytes]:
    """Those of these numbers that none of the school's last three SMS got to, for the phone was out of reach."""
    if not hashes:
        return set()
    rows = await conn.execute(_WEAK, {"unit": view.unit_id, "broadcast": view.id, "hashes": list(hashes)})
    return {bytes(row.hash) for row in rows}


_WEAK = text(
    "SELECT n.hash FROM unnest(CAST(:hashes AS bytea[])) AS n (hash) WHERE ("
    "   SELECT count(*) = 3 AND bool_and(l.state = 'failed' AND l.fault = 'unreachable') FROM ("
    "     SELECT d.state, d.fault FROM broadcasts b CROSS JOIN LATERAL ("  # by the key: history is never read through
    "       SELECT state, fault FROM deliveries"
    " WHERE broadcast_id = b.id AND channel = 'sms' AND address_hash = n.hash OFFSET 0) AS d"
    "      WHERE b.unit_id = :unit AND b.id <= :broadcast AND b.planned_at IS NOT NULL ORDER BY b.id DESC LIMIT 3) AS l)"
)
_REACHED = {"accepted", "delivered"}


def _states(rows: Iterable[Row[Any]]) -> dict[int, set[str]]:
    """The states of each contact's deliveries."""
    states: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        if row.contact_id is not None:
            states[row.contact_id] |= {row.state} - {None}
    return states


_SINCE = _("Came onto the list after the warning was sent.")
_AGAIN = _("{why} None of the last three warnings got there: ask for another number.")
_DOUBT = _("Nobody knows whether it arrived.")


def _told(row: Row[Any], keys: dict[int, DataKey], language: Language, *, weak: bool) -> NotReachedRow:
    code, words = _reason(row, language)
    if weak:
        words = _AGAIN.in_(language, why=words)
    address = masked(row.channel, keys[row.data_key_id].unseal(row.address_sealed, row.channel)) if row.channel else None
    return NotReachedRow(row.class_name, row.sheet, row.row, row.role, row.channel, address, code, words)


def _reason(row: Row[Any], language: Language) -> tuple[str, str]:
    if row.state is not None:
        return row.reason or row.state, in_words(row.reason, language) or _DOUBT.in_(language)
    if row.left_out:
        return LeftOut(row.left_out).code, why(LeftOut(row.left_out), language)
    return "added_since", _SINCE.in_(language)
