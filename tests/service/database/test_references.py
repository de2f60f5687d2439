"""What foreign keys would say of a list's rows: they refer to what is there,
and what is referred to stays, also of two at once.
"""

import asyncio

import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey
from tests.conftest import Engines
from tests.factories.parents import add_parents
from tests.factories.waiting import somebody_waits
from tests.factories.world import World, make_world

POINT = (
    "INSERT INTO contact_points (unit_id, contact_id, channel, address_hash, address_sealed, data_key_id)"
    " SELECT unit_id, coalesce(CAST(:contact AS bigint), contact_id), 'email', 'another', 'sealed',"
    " coalesce(CAST(:key AS bigint), data_key_id) FROM contact_points"
)
PUPIL = (
    "INSERT INTO enrolments (unit_id, contact_id, school_year, class_name, data_key_id)"
    " SELECT unit_id, coalesce(CAST(:contact AS bigint), contact_id), '2026-2027', '6A2',"
    " coalesce(CAST(:key AS bigint), data_key_id) FROM contact_points"
)
ROW = (
    "INSERT INTO import_rows (import_id, position, unit_id, row, sealed, data_key_id)"
    " SELECT 1, 1, unit_id, 1, 'sealed', coalesce(CAST(:key AS bigint), data_key_id) FROM contact_points"
)
NOBODY = 9_999_999


@pytest.fixture
async def world(engines: Engines, master: MasterKey) -> World:
    """One parent with one number on one list, beside one pupil, under a key that seals nothing else."""
    world = await make_world(engines.owner, master)
    await add_parents(engines.owner, master, world.units["nbk-thcs"], phones=1)
    async with engines.owner.begin() as conn:
        old = "INSERT INTO data_keys (unit_id, wrapped, retired_at) SELECT unit_id, 'old', now() FROM contacts RETURNING id"
        key = (await conn.execute(text(old))).scalar_one()
        await conn.execute(text("UPDATE contact_points SET data_key_id = :key"), {"key": key})
    return world


async def _write(conn: AsyncConnection, sql: str, contact: int | None = None, key: int | None = None) -> None:
    await conn.execute(text(sql), {name: value for name, value in (("contact", contact), ("key", key)) if f":{name}" in sql})


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("sql", "contact", "key"),
    [(POINT, NOBODY, None), (POINT, None, NOBODY), (PUPIL, NOBODY, None), (PUPIL, None, NOBODY), (ROW, None, NOBODY)],
)
async def test_nothing_refers_to_what_is_not_there(engines: Engines, sql: str, contact: int | None, key: int | None) -> None:
    async with engines.owner.connect() as conn:
        with pytest.raises(IntegrityError, match="refers to no"):
            await _write(conn, sql, contact, key)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "change", ["contact_points SET contact_id", "contact_points SET data_key_id", "enrolments SET contact_id"]
)
async def test_nothing_is_made_to_refer_to_what_is_not_there(engines: Engines, change: str) -> None:
    async with engines.owner.connect() as conn:
        with pytest.raises(IntegrityError, match="refers to no"):
            await conn.execute(text(f"UPDATE {change} = {NOBODY}"))


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("referring", "referred"),
    [
        ("", "contacts"),
        ("DELETE FROM enrolments", "contacts"),
        ("DELETE FROM contact_points", "contacts"),
        ("DELETE FROM enrolments", "data_keys WHERE wrapped = 'old'"),
        (f"{PUPIL}; DELETE FROM contact_points", "data_keys WHERE wrapped = 'old'"),
        (f"{ROW}; DELETE FROM contact_points", "data_keys WHERE wrapped = 'old'"),
    ],
)
async def test_what_is_referred_to_is_not_deleted(engines: Engines, referring: str, referred: str) -> None:
    async with engines.owner.connect() as conn:
        for sql in filter(None, referring.split("; ")):
            await _write(conn, sql)
        with pytest.raises(IntegrityError, match="still referred to"):
            await conn.execute(text(f"DELETE FROM {referred}"))


@pytest.mark.usefixtures("world")
async def test_what_is_no_longer_referred_to_can_be_deleted(engines: Engines) -> None:
    async with engines.owner.connect() as conn:
        for table in ("contact_points", "enrolments", "contacts", "data_keys WHERE wrapped = 'old'"):
            there = (await conn.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            assert (await conn.execute(text(f"DELETE FROM {table}"))).rowcount == there > 0, table
            assert (await conn.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0, table


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("sql", [POINT, PUPIL])
@pytest.mark.parametrize("deleted_first", [True, False])
async def test_of_two_at_once_one_waits_and_is_told(engines: Engines, sql: str, *, deleted_first: bool) -> None:
    async with engines.owner.begin() as conn:
        made = await conn.execute(
            text("INSERT INTO contacts (unit_id, role) SELECT unit_id, 'parent' FROM contacts RETURNING id")
        )
        alone = made.scalar_one()
    delete = text(f"DELETE FROM contacts WHERE id = {alone}")
    async with engines.owner.connect() as one, engines.owner.connect() as other:
        if deleted_first:
            await one.execute(delete)
            second = asyncio.create_task(_write(other, sql, alone))
        else:
            await _write(one, sql, alone)
            second = asyncio.create_task(_delete(other, delete))
        await somebody_waits(engines.owner)
        await one.commit()
        with pytest.raises(IntegrityError, match="refer"):
            await second


async def _delete(conn: AsyncConnection, delete: TextClause) -> None:
    await conn.execute(delete)
