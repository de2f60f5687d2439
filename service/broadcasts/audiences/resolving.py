"""What an audience's names stand for on the day: units by code, classes and grades by the present lists' own spelling.

A name that nothing stands for is refused with the nearest there are: half an audience is never lost in silence. Only the acting
unit's own tree is asked, so nobody learns of another's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rapidfuzz.distance import JaroWinkler
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.audiences import AsListed, Audience, ListedClasses, UnknownName, listed_classes, shown_name
from service.clock import LOCAL
from service.database import act_for
from service.errors import FieldError, Invalid, NotFound
from service.text_rules import one_line
from service.units import standing_codes, units_below_each

_MOST_TOLD = 50
"""Of 2,000 wrong codes, so many are named each; the sentence names the first few."""
_NAMED_IN_A_SENTENCE = 5
_NEAREST = 5


@dataclass(frozen=True, slots=True)
class Resolved:
    """`audience`: in the lists' spelling, to ask them with. `named`: each name once, to be kept and shown. `listed`: None where
    the audience names neither class nor grade.
    """

    unit_ids: list[int]
    audience: Audience
    named: Audience
    listed: ListedClasses | None


async def resolve_audience(conn: AsyncConnection, unit_id: int, unit_code: str, audience: Audience, *, on: datetime) -> Resolved:
    """Finds the units whose lists are meant (those named, else the broadcast's own, each with all that stands below it), and who
    on them.

    The transaction acts for the broadcast's unit, and does so again afterwards. Raises `Invalid` with `audience.unit_unknown`,
    `audience.class_unknown` or `audience.grade_unknown`, naming each place, and with `request.invalid` for an audience of nobody;
    `NotFound("unit.unknown")` where the broadcast's own unit has ended.
    """
    if not audience.parents and (audience.grades or audience.classes or not audience.staff):
        raise Invalid("request.invalid", fields=(FieldError("audience", "audience.nobody"),))
    unit_ids, codes = await _units(conn, unit_id, unit_code, audience.units, on)
    found, listed = await ask_lists(conn, unit_id, unit_ids, replace(audience, units=codes))
    if found.unknown:
        raise _unknown_names(found.unknown)
    return Resolved(unit_ids, found.spelled, found.named, listed)


async def ask_lists(
    conn: AsyncConnection, unit_id: int, unit_ids: Sequence[int], audience: Audience
) -> tuple[AsListed, ListedClasses | None]:
    """Spells classes and grades as these units' present lists do; refuses nothing. The transaction acts for `unit_id`."""
    if not audience.classes and not audience.grades:
        return AsListed(audience, audience, ()), None
    await act_for(conn, unit_id, subtree=True)
    listed = await listed_classes(conn, unit_ids)
    await act_for(conn, unit_id)
    return listed.as_listed(audience), listed


async def units_of(conn: AsyncConnection, unit_id: int, unit_code: str, audience: Audience, *, on: datetime) -> list[int]:
    """Ids of the units whose lists are meant. Raises `Invalid("audience.unit_unknown")`."""
    return (await _units(conn, unit_id, unit_code, audience.units, on))[0]


async def _units(
    conn: AsyncConnection, unit_id: int, unit_code: str, written: Sequence[str], on: datetime
) -> tuple[list[int], tuple[str, ...]]:
    day = on.astimezone(LOCAL).date()
    codes = [one_line(code).lower() for code in written]
    below = await units_below_each(conn, sorted(set(codes)) or [unit_code], day)
    if not below and not codes:
        raise NotFound("unit.unknown")  # the broadcast's own unit has ended
    wrong = [(place, code) for place, code in enumerate(codes) if code not in below]
    if wrong:
        await act_for(conn, unit_id, subtree=True)
        known = await standing_codes(conn, day)
        await act_for(conn, unit_id)
        raise _refusal(
            "audience.unit_unknown",
            [(f"audience.units.{place}", "unit", shown_name(written[place]), _nearest(code, known)) for place, code in wrong],
        )
    return sorted(set().union(*below.values())), tuple(dict.fromkeys(codes))


def _nearest(code: str, known: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(known, key=lambda each: (-round(JaroWinkler.similarity(code, each), 6), each))[:_NEAREST])


def _unknown_names(unknown: Sequence[UnknownName]) -> Invalid:
    return _refusal(
        f"audience.{unknown[0].of}_unknown",
        [(f"audience.{each.field}.{each.place}", each.of, each.named, each.nearest) for each in unknown],
    )


def _refusal(code: str, wrong: Sequence[tuple[str, str, str, tuple[str, ...]]]) -> Invalid:
    """`wrong`: field, what it should name, the name, the nearest there are."""

    def values(names: Sequence[str], nearest: tuple[str, ...]) -> dict[str, Any]:
        return {"named": names_in_words(names), "nearest": nearest or ("listed.nothing",)}

    fields = tuple(
        FieldError(field, f"audience.{of}_unknown", values([named], near)) for field, of, named, near in wrong[:_MOST_TOLD]
    )
    same = [(named, near) for _, of, named, near in wrong if f"audience.{of}_unknown" == code]
    nearest = tuple(
        dict.fromkeys(name for _, near in same[:_NAMED_IN_A_SENTENCE] for name in near[: _NEAREST if len(same) == 1 else 2])
    )
    return Invalid(code, fields=fields, **values([named for named, _ in same], nearest))


def names_in_words(names: Sequence[str]) -> str:
    """Says names in a sentence: `“6A9”, “6B7”`, and of many the first few and how many more."""
    told = ", ".join(f"“{name}”" for name in names[:_NAMED_IN_A_SENTENCE])
    return told if len(names) <= _NAMED_IN_A_SENTENCE else f"{told} (+{len(names) - _NAMED_IN_A_SENTENCE})"


async def codes_of(conn: AsyncConnection, unit_id: int, unit_ids: Sequence[int]) -> list[str]:
    """Lists the codes of units of the acting unit's tree, in order."""
    await act_for(conn, unit_id, subtree=True)
    rows = await conn.execute(text("SELECT code FROM units WHERE id = ANY (:ids) ORDER BY code"), {"ids": list(unit_ids)})
    codes = list(rows.scalars())
    await act_for(conn, unit_id)
    return codes
