"""Whom an audience means at one school, one by one, in the order of the school's own list: to say who is left out and why."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Integer, LargeBinary, Select, Subquery, Text, and_, literal, null, select, true, union_all
from sqlalchemy.sql import ColumnElement

from contact_registry.audiences.standing import (
    REACHED,
    Audience,
    LeftOut,
    Preferences,
    beside_pupil,
    of_units,
    standing,
    without_address,
)
from contact_registry.models import contacts, enrolments


def list_rows(unit_id: int, audience: Audience, channels: Sequence[str], preferences: Preferences) -> Subquery:
    """Selects everybody meant, as rows of the unit's list. Callers narrow and join it, and order it `in_list_order`.

    Columns class_name, sheet, row, place, role, contact_id, channel, address_hash, address_sealed, data_key_id, point_id,
    left_out (as `standing` has it). A parent stands there once for each pupil and address; staff, who stand beside no pupil,
    without class and row; a pupil nobody can be written to for, without a contact.
    """
    pupil, contact, units = enrolments.c, contacts.c, of_units((unit_id,))
    found = standing((unit_id,), audience, channels, preferences)
    named = beside_pupil(audience)
    meant = and_(pupil.unit_id == units, pupil.ended_by.is_(None), true() if named is None else named)
    where = (pupil.class_name, pupil.sheet, pupil.row, pupil.id.label("place"))
    beside = and_(pupil.contact_id == contact.id, meant)
    address = ("channel", "address_hash", "address_sealed", "data_key_id", "point_id")
    no_address = (_null(Text), _null(LargeBinary), _null(LargeBinary), _null(BigInteger), _null(BigInteger))
    written = select(*where, contact.role, contact.id.label("contact_id"), *(found.c[name] for name in address), found.c.left_out)
    addressless = select(*where, contact.role, contact.id, *no_address, literal(int(LeftOut.NO_ADDRESS), Integer))
    alone = select(*where, _null(Text), _null(BigInteger), *no_address, literal(int(LeftOut.NO_CONTACT), Integer))
    return union_all(
        written.select_from(found.join(contacts, contact.id == found.c.contact_id).outerjoin(enrolments, beside)),
        addressless.select_from(contacts.outerjoin(enrolments, beside)).where(
            contact.id.in_(without_address((unit_id,), audience, channels))
        ),
        alone.where(meant, pupil.contact_id.is_(None)),
    ).subquery("list_rows")


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
    """Selects those of `list_rows` who will not be written to, in the list's order."""
    rows = list_rows(unit_id, audience, channels, preferences)
    return select(rows).where(rows.c.left_out != REACHED).order_by(*in_list_order(rows))
