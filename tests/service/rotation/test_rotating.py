"""A data key is changed: everything is sealed anew, whatever breaks off in between, nothing is lost, and the old key is gone."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from contact_registry.sealing import SEALED
from service.database import unit_transaction
from service.deliveries import forgetting
from service.retention import run_unit
from service.rotation import KEY_UNUSED_FOR, Rotation, go_on, list_rotations, stop
from tests.service.rotation.conftest import COLUMNS, NOW, School, department_s_messages


async def test_the_list_of_what_is_sealed_is_the_schema_s(school: School) -> None:
    """Whoever adds a sealed column to a table with a data key finds its name here."""
    rows = await school.approved.rows(
        "SELECT c.table_name, c.column_name FROM information_schema.columns c"
        "  JOIN information_schema.columns k ON k.table_name = c.table_name AND k.column_name = 'data_key_id'"
        " WHERE c.table_schema = 'public' AND c.column_name LIKE '%sealed' AND c.data_type = 'bytea'"
        " AND c.table_name NOT LIKE 'deliveries_%'"
    )
    assert sorted(tuple(row) for row in rows) == sorted((table, column) for table, column, _ in COLUMNS)


async def test_after_a_rotation_nothing_is_under_the_old_key_and_everything_still_opens(school: School) -> None:
    await department_s_messages(school)
    before = await school.opened()
    assert all(before.values()), "there is something in every column"
    await school.rotate()
    assert await school.opened() == before

    await school.round()

    assert await school.under(school.key) == {}
    assert await school.opened() == before
    (rotation,) = await _rotations(school)
    assert (rotation.left, rotation.messages, rotation.clear_since) == (0, 0, NOW)
    assert rotation.resealed == sum((await school.under(max(await school.keys()))).values())


async def test_the_old_key_is_deleted_a_day_after_nothing_needs_it_and_not_before(school: School) -> None:
    await school.rotate()
    for moment in (NOW, NOW + KEY_UNUSED_FOR - timedelta(seconds=1)):
        await school.round(moment)
        assert school.key in await school.keys()
    await school.round(NOW + KEY_UNUSED_FOR)
    assert school.key not in await school.keys()
    assert len(await school.keys()) == 1
    told = await school.approved.rows("SELECT action, subject_id FROM audit_events WHERE subject_kind = 'data_key' ORDER BY id")
    assert [tuple(row) for row in told] == [("data_key.retired", str(school.key)), ("data_key.deleted", str(school.key))]
    (rotation,) = await _rotations(school)
    assert rotation.deleted_at == NOW + KEY_UNUSED_FOR


async def test_a_key_that_a_late_delivery_needs_stays_until_that_is_sealed_anew(school: School) -> None:
    (late,) = await school.approved.rows("SELECT number, address_sealed FROM deliveries ORDER BY number LIMIT 1")
    await school.rotate()
    await school.round()
    await school.approved.run(
        "UPDATE deliveries SET data_key_id = :key, address_sealed = :sealed WHERE number = :number",
        key=school.key,
        sealed=late.address_sealed,
        number=late.number,
    )
    over = NOW + KEY_UNUSED_FOR
    await school.round(over)
    assert school.key in await school.keys(), "nothing in the database would have held it"
    await school.round(over)
    assert await school.under(school.key) == {}
    await school.round(over + KEY_UNUSED_FOR)
    assert school.key not in await school.keys()
    assert (await school.opened())["deliveries.address_sealed"]


async def test_a_key_that_a_late_list_needs_stays_too(school: School) -> None:
    (late,) = await school.approved.rows("SELECT id, address_sealed FROM contact_points ORDER BY id LIMIT 1")
    await school.rotate()
    await school.round()
    await school.approved.run(
        "UPDATE contact_points SET data_key_id = :key, address_sealed = :sealed WHERE id = :id",
        key=school.key,
        sealed=late.address_sealed,
        id=late.id,
    )
    for days in range(4):
        assert school.key in await school.keys() or days > 2
        await school.round(NOW + days * KEY_UNUSED_FOR)
    assert school.key not in await school.keys()
    assert (await school.opened())["contact_points.address_sealed"]


class _Killed(Exception):
    pass


@pytest.mark.parametrize("piece", [1, 2, 3, 5])
async def test_a_rotation_that_is_killed_again_and_again_comes_to_its_end(
    school: School, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.deliveries.resealing._CHUNKS_AT_ONCE", 1)
    small = tuple(type(t)(t.name, t.columns, t.key, 2) for t in SEALED)
    monkeypatch.setattr("service.rotation.resealing.SEALED", small)
    await department_s_messages(school)
    before, rows = await school.opened(), sum((await school.under(school.key)).values())
    await school.rotate()
    killed = 0
    while True:
        asked = 0

        def kill() -> bool:
            nonlocal asked
            asked += 1
            if asked > len(SEALED) + piece:  # what is done already is looked at once more
                raise _Killed
            return False

        try:
            await school.round(stopping=kill)
            break
        except _Killed:
            killed += 1
            assert await school.opened() == before
            assert killed < 50
    assert killed > 0
    assert await school.under(school.key) == {}
    assert await school.opened() == before
    (rotation,) = await _rotations(school)
    assert rotation.resealed == rows, "each row once"


async def test_a_stopped_rotation_stands_still_until_it_goes_on(school: School) -> None:
    await school.rotate()
    before = await school.under(school.key)
    async with school.approved.engines.owner.begin() as conn:
        assert await stop(conn, school.unit, now=NOW) == 1
    for days in range(3):
        await school.round(NOW + timedelta(days=days))
    assert await school.under(school.key) == before
    (rotation,) = await _rotations(school)
    assert (rotation.stopped_at, rotation.left > 0, rotation.messages) == (NOW, True, 5)
    async with school.approved.engines.owner.begin() as conn:
        assert await go_on(conn, school.unit, now=NOW) == 1
        assert await go_on(conn, school.unit, now=NOW) == 0
        told = await conn.execute(text("SELECT action, subject_id FROM audit_events WHERE action LIKE 'rotation.%' ORDER BY id"))
        key = str(school.key)
        assert [tuple(row) for row in told] == [("rotation.stopped", key), ("rotation.continued", key)]
    await school.round()
    assert await school.under(school.key) == {}


async def test_one_damaged_row_holds_up_its_key_and_nothing_else(school: School) -> None:
    await school.approved.run("UPDATE enrolments SET pupil_sealed = 'damaged' WHERE pupil_sealed IS NOT NULL")
    await school.rotate()
    await school.round()
    assert await school.under(school.key) == {"enrolments": 1}
    await school.round(NOW + KEY_UNUSED_FOR)
    assert school.key in await school.keys()


async def test_a_second_rotation_while_the_first_is_under_way_ends_with_one_key(school: School) -> None:
    before = await school.opened()
    await school.rotate()
    await school.rotate(NOW + timedelta(seconds=1))
    assert len(await school.keys()) == 3
    for days in range(3):
        await school.round(NOW + timedelta(days=days))
    assert len(await school.keys()) == 1
    assert await school.opened() == before


async def test_forgotten_deliveries_need_no_key(school: School) -> None:
    await school.approved.run("UPDATE broadcasts SET state = 'completed', completed_at = :at", at=NOW - timedelta(days=200))
    await run_unit(
        school.approved.engines.worker, school.unit, now=NOW - timedelta(days=200) + forgetting.ADDRESSES_KEPT + timedelta(1)
    )
    await school.rotate()
    await school.round()
    await school.round(NOW + KEY_UNUSED_FOR)
    assert school.key not in await school.keys()


async def test_a_worker_may_change_nothing_of_a_look_but_its_seal(school: School) -> None:
    for column in ("reason = 'other'", "contact = gen_random_uuid()", "at = now()", "account_id = account_id"):
        with pytest.raises(Exception, match="permission denied"):
            async with unit_transaction(school.approved.engines.worker, school.unit) as conn:
                await conn.execute(text(f"UPDATE contact_looks SET {column}"))


async def _rotations(school: School) -> list[Rotation]:
    async with school.approved.engines.owner.begin() as conn:
        return await list_rotations(conn, school.unit)
