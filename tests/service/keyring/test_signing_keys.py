"""Signing keys: sealed at rest, the nearest above signs for a unit, everybody may read the public ones."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from contact_registry.errors import Unsealable
from contact_registry.sealing import MasterKey
from service.database import unit_transaction
from service.errors import Unavailable
from service.keyring import directory, jwks, lookup_number_key, make_signing_key, public_keys, signing_key
from service.signing.public_keys import read_jwks
from tests.conftest import Engines
from tests.factories.world import make_world

NOW = datetime(2026, 9, 7, tzinfo=UTC)


async def test_the_nearest_key_above_signs_until_the_unit_has_its_own(engines: Engines, master: MasterKey) -> None:
    world = await make_world(engines.owner, master)
    school = world.units["nbk-thcs"]
    async with engines.owner.begin() as conn:
        departments = await make_signing_key(conn, master, world.units["sgddt-dongnai"], purpose="record", now=NOW)
        schools = await make_signing_key(conn, master, school, purpose="record", now=NOW + timedelta(days=2))
        await make_signing_key(conn, master, school, purpose="drill", now=NOW)
    async with unit_transaction(engines.web, school) as conn:
        assert (await signing_key(conn, master, purpose="record", now=NOW)).kid == departments
        assert (await signing_key(conn, master, purpose="record", now=NOW + timedelta(days=2))).kid == schools
        with pytest.raises(Unavailable, match=r"signing\.no_key"):
            await signing_key(conn, master, purpose="record", now=NOW - timedelta(days=1))


async def test_a_revoked_key_signs_no_more_and_is_published_as_revoked(engines: Engines, master: MasterKey) -> None:
    world = await make_world(engines.owner, master)
    department = world.units["sgddt-dongnai"]
    async with engines.owner.begin() as conn:
        kid = await make_signing_key(conn, master, department, purpose="record", now=NOW, valid_for=timedelta(days=365))
        await conn.execute(text("UPDATE signing_keys SET revoked_at = :at"), {"at": NOW + timedelta(days=1)})
    async with unit_transaction(engines.web, department) as conn:
        with pytest.raises(Unavailable, match=r"signing\.no_key"):
            await signing_key(conn, master, purpose="record", now=NOW + timedelta(days=2))
    async with engines.lookup.connect() as conn:
        keys = await public_keys(conn)
        assert keys[kid].revoked_at == NOW + timedelta(days=1)
        assert read_jwks(await jwks(conn)) == keys
        assert [each["kid"] for each in (await directory(conn))["revocations"]] == [kid]


async def test_a_private_key_opens_only_with_the_master_key(engines: Engines, master: MasterKey) -> None:
    world = await make_world(engines.owner, master)
    async with engines.owner.begin() as conn:
        await make_signing_key(conn, master, world.units["sgddt-dongnai"], purpose="record", now=NOW)
    other = MasterKey.parse(MasterKey.generate())
    async with unit_transaction(engines.web, world.units["nbk-thcs"]) as conn:
        shown = repr(await signing_key(conn, master, purpose="record", now=NOW))
        assert "private" not in shown
        with pytest.raises(Unsealable):
            await signing_key(conn, other, purpose="record", now=NOW)


async def test_the_look_up_login_has_one_deployment_key(engines: Engines, master: MasterKey) -> None:
    await make_world(engines.owner, master)
    async with engines.lookup.connect() as conn:
        assert len(await lookup_number_key(conn, master)) == 32
