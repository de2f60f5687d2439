"""The verification card: how a parent checks with the unit, and what its head declares about money. Approved by the head.

A text may name a telephone number only if it is on the card that stands, and a ready text may claim only what is declared on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.addresses import read_office_phone
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.clock import last_day_of, school_year_of
from service.errors import FieldError, Invalid
from service.readiness.queries import day_of
from service.sentences import WORDS
from service.text_rules import one_line

STATEMENTS = tuple(code.removeprefix("statement.") for code in WORDS if code.startswith("statement."))
"""What a head may declare. A code never changes its meaning: ready texts name it,
and what was declared stays on the old cards.
"""


@dataclass(frozen=True, slots=True)
class Card:
    """What a text may lean on: E.164 numbers and codes of statements. Empty where no card stands."""

    phones: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()


async def standing_card(conn: AsyncConnection, unit_id: int, *, now: datetime) -> Card:
    """Returns the unit's card if it stands on the day it is in Vietnam, else an empty one."""
    found = await conn.execute(
        text(
            "SELECT school_year, phone, out_of_hours_phone, statements FROM verification_cards"
            " WHERE unit_id = :unit ORDER BY id DESC LIMIT 1"
        ),
        {"unit": unit_id},
    )
    row = found.one_or_none()
    if row is None or day_of(now) > last_day_of(row.school_year):
        return Card()
    return Card((row.phone, row.out_of_hours_phone), tuple(row.statements))


async def approve_card(
    conn: AsyncConnection,
    actor: Actor,
    *,
    unit_id: int,
    phone: str,
    hours: str,
    out_of_hours_phone: str,
    tested_on: date,
    declared: Sequence[str],
    now: datetime,
) -> None:
    """Puts a new card in force for this school year. The transaction acts for `unit_id`. `declared`: codes of `STATEMENTS`.

    Raises `Forbidden("auth.scope")`, `Invalid("request.invalid")`.
    """
    actor.require("readiness:approve")
    hours = one_line(hours)
    office, away = read_office_phone(phone), read_office_phone(out_of_hours_phone)
    today = day_of(now)
    wrong = [
        FieldError(field, "field.phone") for field, number in (("phone", office), ("out_of_hours_phone", away)) if number is None
    ]
    if not 1 <= len(hours) <= 100:
        wrong.append(FieldError("hours", "field.too_long" if hours else "field.too_short"))
    if tested_on > today:
        wrong.append(FieldError("tested_on", "field.date_ahead"))
    elif tested_on < _a_year_before(today):
        wrong.append(FieldError("tested_on", "field.date_over_a_year_ago"))
    if not set(declared) <= set(STATEMENTS):
        wrong.append(FieldError("statements", "field.choice", {"allowed": ", ".join(STATEMENTS)}))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    ticked = [code for code in STATEMENTS if code in declared]
    year = school_year_of(now)
    made = await conn.execute(
        text(
            "INSERT INTO verification_cards (unit_id, school_year, phone, hours, out_of_hours_phone, tested_on, statements,"
            " approved_by, approved_at) VALUES (:unit, :year, :phone, :hours, :away, :tested, :statements, :by, :now)"
            " RETURNING id"
        ),
        {
            "unit": unit_id,
            "year": year,
            "phone": office,
            "hours": hours,
            "away": away,
            "tested": tested_on,
            "statements": ticked,
            "by": actor.account_id,
            "now": now,
        },
    )
    await note_event(
        conn,
        actor,
        Subject(unit_id, "verification_card", made.scalar_one()),
        Action.CARD_APPROVED,
        now,
        school_year=year,
        tested_on=tested_on.isoformat(),
        statements=ticked,
    )


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
