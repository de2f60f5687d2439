"""Filing a unit's data rule: the internal rule on personal data that the letter asks for, by number, day and the file's hash."""

from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.clock import school_year_of
from service.errors import FieldError, Invalid
from service.readiness.queries import day_of
from service.text_rules import one_line

BASES = ("official_duty", "consent")


async def file_data_rule(
    conn: AsyncConnection,
    actor: Actor,
    *,
    unit_id: int,
    number: str,
    dated: date,
    sha256: str,
    now: datetime,
    advisory_basis: str = "official_duty",
) -> None:
    """Puts a rule on file for this school year. The transaction acts for `unit_id`. `sha256`: of the signed file, in hex.

    Raises `Forbidden("auth.scope")`, `Invalid("request.invalid")`.
    """
    actor.require("readiness:write")
    number = one_line(number)
    wrong = []
    if not 1 <= len(number) <= 100:
        wrong.append(FieldError("number", "field.too_long" if number else "field.too_short"))
    if dated > day_of(now):
        wrong.append(FieldError("dated", "field.date_ahead"))
    if len(sha256) != 64 or not set(sha256.lower()) <= set("0123456789abcdef"):
        wrong.append(FieldError("sha256", "field.invalid"))
    if advisory_basis not in BASES:
        wrong.append(FieldError("advisory_basis", "field.choice", {"allowed": ", ".join(BASES)}))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    year = school_year_of(now)
    made = await conn.execute(
        text(
            "INSERT INTO data_rules (unit_id, school_year, number, dated, sha256, advisory_basis, filed_by, filed_at)"
            " VALUES (:unit, :year, :number, :dated, :sha256, :basis, :by, :now) RETURNING id"
        ),
        {
            "unit": unit_id,
            "year": year,
            "number": number,
            "dated": dated,
            "sha256": bytes.fromhex(sha256),
            "basis": advisory_basis,
            "by": actor.account_id,
            "now": now,
        },
    )
    await note_event(
        conn,
        actor,
        Subject(unit_id, "data_rule", made.scalar_one()),
        Action.RULE_FILED,
        now,
        school_year=year,
        advisory_basis=advisory_basis,
    )
