"""How ready a unit is, as its people read it: each part with its values, since when, until when, and whose word it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey, open_data_key
from service.clock import last_day_of
from service.readiness.parts import Part, PartState, Readiness
from service.readiness.queries import day_of, readiness_of


@dataclass(frozen=True, slots=True)
class PartReport:
    """`who`: the name of whoever filed the rule, is the lead, or approved the card. `since`: when they did, or accepted.

    `next_lead`: the name of a lead who was named and has not accepted, while another one is in office.
    """

    part: Part
    state: PartState
    values: Mapping[str, Any]
    school_year: str | None = None
    since: datetime | None = None
    valid_until: date | None = None
    who: str | None = None
    next_lead: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    readiness: Readiness
    parts: tuple[PartReport, ...]


_RULE = (
    "SELECT school_year, filed_at AS since, filed_by AS who, number, dated, encode(sha256, 'hex') AS sha256, advisory_basis"
    " FROM data_rules WHERE unit_id = :unit ORDER BY id DESC LIMIT 1"
)
_LEAD = (
    "SELECT school_year, coalesce(accepted_at, named_at) AS since, account_id AS who, named_at, accepted_at, ended_at"
    " FROM protection_leads WHERE unit_id = :unit {where} ORDER BY id DESC LIMIT 1"
)
_CARD = (
    "SELECT school_year, approved_at AS since, approved_by AS who, phone, hours, out_of_hours_phone, tested_on, statements"
    " FROM verification_cards WHERE unit_id = :unit ORDER BY id DESC LIMIT 1"
)


async def readiness_report(conn: AsyncConnection, unit_id: int, *, master: MasterKey, now: datetime) -> Report:
    """Reports on the unit's parts. The transaction acts for `unit_id`."""
    readiness = await readiness_of(conn, unit_id, now=now)
    names = await people(conn, master)

    async def latest(sql: str) -> dict[str, Any] | None:
        row = (await conn.execute(text(sql), {"unit": unit_id})).mappings().one_or_none()
        return None if row is None else dict(row)

    named = await latest(_LEAD.format(where=""))
    in_office = await latest(_LEAD.format(where="AND accepted_at IS NOT NULL"))
    waiting = readiness.state(Part.LEAD) is PartState.WAITING
    lead = named if waiting or in_office is None else in_office
    next_lead = names.get(named["who"]) if named and readiness.waiting and not waiting else None

    def reported(part: Part, row: dict[str, Any] | None) -> PartReport:
        state = readiness.state(part)
        if row is None:
            return PartReport(part, state, {})
        year, since, who = row.pop("school_year"), row.pop("since"), row.pop("who")
        ended = row.pop("ended_at", None)
        return PartReport(
            part,
            state,
            row,
            school_year=year,
            since=since,
            valid_until=day_of(ended) if ended else last_day_of(year),
            who=names.get(who),
            next_lead=next_lead if part is Part.LEAD else None,
        )

    rows = {Part.DATA_RULE: await latest(_RULE), Part.LEAD: lead, Part.CARD: await latest(_CARD)}
    return Report(readiness, tuple(reported(part, row) for part, row in rows.items()))


async def people(conn: AsyncConnection, master: MasterKey) -> dict[int, str]:
    """Loads the names, by account, of those who act in the acting unit's readiness, also of units above it."""
    rows = await conn.execute(text("SELECT account_id, name_sealed, data_key_id, key_unit, wrapped FROM door_readiness_people()"))
    return {
        row.account_id: open_data_key(master, row.data_key_id, row.key_unit, row.wrapped).unseal(row.name_sealed, "name")
        for row in rows
    }
