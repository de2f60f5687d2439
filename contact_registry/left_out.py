"""Whom an audience means at one school, one by one, in the order of the school's own list: to say who is left out and why."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Integer, LargeBinary, Select, Subquery, Text, and_, literal, null, select, true, union_all
from sqlalchemy.sql import ColumnElement

from contact_registry.models import enrolments
from contact_registry.standing import REACHED, Audience, LeftOut, Preferences, beside_pupil, of_units, standing


def list_rows(unit_id: int, audience: Audience, channels: Sequence[str], preferences: Preferences) -> Subquery:
    """Everybody meant, as rows of the unit's list. To be narrowed and joined by the caller, and ordered `in_list_order`.

    Columns class_name, sheet, row, place, role, channel, address_hash, address_sealed, data_key_id, contact_id, point_id, left_out
    (as `standing` has it). A parent stands there once for each pupil and address; staff, who stand beside no pupil, without class
    and row; a pupil nobody can be written to for, without a contact.
    """
    pupil, units = enrolments.c, of_units((unit_id,))
    people = standing((unit_id,), audience, channels, preferences)
    named = beside_pupil(audience)
    meant = and_(pupil.unit_id == units, pupil.ended_by.is_(None), true() if named is None else named)
    where = (pupil.class_name, pupil.sheet, pupil.row, pupil.id.label("place"))
    who = ("role", "channel", "address_hash", "address_sealed", "data_key_id", "contact_id", "point_id", "left_out")
    people_rows = select(*where, *(people.c[name] for name in who)).select_from(
        people.outerjoin(enrolments, and_(pupil.contact_id == people.c.contact_id, meant))
    )
    nobody = (_null(Text), _null(Text), _null(LargeBinary), _null(LargeBinary), *(_null(BigInteger) for _ in range(3)))
    alone = select(*where, *nobody, literal(int(LeftOut.NO_CONTACT), Integer)).where(meant, pupil.contact_id.is_(None))
    return union_all(people_rows, alone).subquery("list_rows")


def _null(kind: type[Any]) -> ColumnElement[Any]:
    return null().cast(kind)


def in_list_order(rows: Subquery) -> list[ColumnElement[Any]]:
    """Class by class and row by row, whoever was put in by hand after them, staff at the end; the same every time."""
    found = rows.c
    return [
        found.class_name.asc().nulls_last(),
        found.sheet.asc().nulls_last(),
        found.row.asc().nulls_last(),
        found.place,
        found.contact_id,
        found.point_id,
    ]


def left_out_select(unit_id: int, audience: Audience, channels: Sequence[str], preferences: Preferences) -> Select[Any]:
    """Those of `list_rows` who will not be written to, in the list's order."""
    rows = list_rows(unit_id, audience, channels, preferences)
    return select(rows).where(rows.c.left_out != REACHED).order_by(*in_list_order(rows))
