"""The take-down checklist, and the head's word on it."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.readiness import list_takedowns, mark_removed, record_takedown, state_takedowns
from tests.service.readiness.conftest import NOW, Gate

URL = "https://nbk.example/thong-bao/ds-lop-6a1.xlsx"
DAY = date(2026, 9, 5)


async def _record(gate: Gate, url: str = URL, *, found: bool = True, on: date = DAY) -> UUID:
    async with gate.acting() as conn:
        return await record_takedown(
            conn, gate.actor("clerk"), unit_id=gate.unit_id, url=url, checked_on=on, found=found, now=NOW
        )


async def _remove(gate: Gate, public_id: UUID, on: date = date(2026, 9, 6)) -> None:
    async with gate.acting() as conn:
        await mark_removed(conn, gate.actor("clerk"), unit_id=gate.unit_id, public_id=public_id, removed_on=on, now=NOW)


async def test_a_statement_is_made_only_when_nothing_found_is_left(gate: Gate) -> None:
    await _record(gate, "https://nbk.example/", found=False)
    found = await _record(gate)
    async with gate.acting() as conn:
        with pytest.raises(Conflict) as refused:
            await state_takedowns(conn, gate.actor("approver"), unit_id=gate.unit_id, now=NOW)
    assert (refused.value.code, refused.value.values) == ("takedown.open", {"count": 1})
    await _remove(gate, found)
    async with gate.acting() as conn:
        stated = await state_takedowns(conn, gate.actor("approver"), unit_id=gate.unit_id, now=NOW)
    assert (stated.school_year, stated.checked) == ("2026-2027", 2)


async def test_only_a_head_makes_the_statement(gate: Gate) -> None:
    async with gate.acting() as conn:
        with pytest.raises(Forbidden):
            await state_takedowns(conn, gate.actor("clerk"), unit_id=gate.unit_id, now=NOW)


async def test_the_list_says_who_looked_and_who_removed(gate: Gate) -> None:
    first = await _record(gate)
    await _record(gate, "https://nbk.example/khac", found=False)
    await _remove(gate, first)
    async with gate.acting() as conn:
        listed = await list_takedowns(conn, gate.unit_id, master=gate.master)
        behind = await list_takedowns(conn, gate.unit_id, master=gate.master, before=listed[0].number)
    assert [(each.url, each.found, each.checked_by, each.removed_by) for each in listed] == [
        ("https://nbk.example/khac", False, "Clerk", None),
        (URL, True, "Clerk", "Clerk"),
    ]
    assert [each.id for each in behind] == [first]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://nbk.example/ds.xlsx",
        "javascript:alert(1)",
        "https://",
        "https://hieutruong:matkhau@nbk.example/",
        "https://nbk.example/a b",
        "https://nbk.example/\n",
        "https://nbk.example/" + "a" * 2000,
        "https://[nbk",
    ],
)
async def test_what_is_no_plain_web_address_is_refused(gate: Gate, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        await _record(gate, url)
    assert [(each.field, each.code) for each in refused.value.fields] == [("url", "field.web_address")]


async def test_days_must_have_come_and_follow_one_another(gate: Gate) -> None:
    with pytest.raises(Invalid):
        await _record(gate, on=date(2026, 9, 8))
    found = await _record(gate)
    with pytest.raises(Invalid):
        await _remove(gate, found, date(2026, 9, 8))
    with pytest.raises(Invalid):
        await _remove(gate, found, date(2026, 9, 4))


async def test_nothing_is_removed_where_nothing_was_found(gate: Gate) -> None:
    with pytest.raises(Conflict):
        await _remove(gate, await _record(gate, found=False))
    with pytest.raises(NotFound):
        await _remove(gate, uuid4())


async def test_the_trail_does_not_repeat_an_address(gate: Gate) -> None:
    await _record(gate)
    (mark,) = await gate.rows("SELECT action, details::text FROM audit_events")
    assert (mark.action, "nbk.example" in mark.details) == ("takedown.recorded", False)
