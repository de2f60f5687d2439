"""Accounts and API keys: who acts, and how little of a person and a secret is kept."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.accounts import APPROVE_UNATTENDED, authenticate, create_account, create_api_key, permissions_of
from service.database import unit_transaction
from service.errors import Conflict, Forbidden, Invalid, Unauthenticated
from service.keyring.deployment import deployment_key
from tests.conftest import Engines
from tests.factories.world import World, make_world

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PASSWORD = "mot-hai-ba-bon-nam"


@pytest.fixture
async def world(engines: Engines, master: MasterKey) -> World:
    return await make_world(engines.owner, master)


async def _account(
    engines: Engines, master: MasterKey, unit_id: int, email: str = "Lan.Nguyen@nbk-thcs.edu.vn", **more: object
) -> int:
    async with unit_transaction(engines.web, unit_id) as conn:
        return await create_account(
            conn,
            master=master,
            index_key=await deployment_key(conn, master, "address_index"),
            unit_id=unit_id,
            email=email,
            **{"name": "Nguyễn Thị Lan", "password": PASSWORD, "roles": ["clerk"], "now": NOW, **more},  # type: ignore[arg-type]
        )


async def test_an_account_keeps_neither_password_nor_name_nor_email_in_the_clear(
    engines: Engines, master: MasterKey, world: World
) -> None:
    await _account(engines, master, world.units["nbk-thcs"])
    async with engines.owner.begin() as conn:
        row = (await conn.execute(text("SELECT * FROM accounts ORDER BY id DESC LIMIT 1"))).one()
    kept = repr([bytes(value) if isinstance(value, bytes | memoryview) else value for value in row])
    assert row.password_hash.startswith("$argon2id$")
    assert not [secret for secret in (PASSWORD, "lan.nguyen", "Lan.Nguyen", "Nguyễn") if secret in kept]


async def test_the_same_email_in_other_letters_is_the_same_account(engines: Engines, master: MasterKey, world: World) -> None:
    await _account(engines, master, world.units["nbk-thcs"])
    with pytest.raises(Conflict) as refused:
        await _account(engines, master, world.units["lqd-th"], email="lan.nguyen@NBK-THCS.edu.vn")
    assert refused.value.code == "account.email_taken"


async def test_every_wrong_field_is_named_at_once_and_no_value_is_repeated(
    engines: Engines, master: MasterKey, world: World
) -> None:
    with pytest.raises(Invalid) as refused:
        await _account(engines, master, world.units["nbk-thcs"], email="lan@", name="", password="123", roles=["king"])
    assert [field.field for field in refused.value.fields] == ["email", "name", "roles", "password"]
    assert "lan@" not in repr((refused.value, refused.value.fields, refused.value.values))


async def test_a_clerk_makes_no_accounts(engines: Engines, master: MasterKey, world: World) -> None:
    with pytest.raises(Forbidden):
        await _account(engines, master, world.units["nbk-thcs"], actor=world.actor())


async def test_a_key_acts_as_its_account_narrowed_by_its_scopes(engines: Engines, master: MasterKey, world: World) -> None:
    unit = world.units["nbk-thcs"]
    account = await _account(engines, master, unit, roles=["approver"])
    async with unit_transaction(engines.web, unit) as conn:
        token = await create_api_key(
            conn,
            account_id=account,
            unit_id=unit,
            label="demo",
            scopes=["broadcasts:approve", "imports:write", APPROVE_UNATTENDED],
            now=NOW,
        )
    actor = await authenticate(engines.web, token)
    assert token.startswith("loa_")
    assert len(token) == 47
    assert (actor.account_id, actor.unit_code, actor.subtree) == (account, "nbk-thcs", False)
    assert actor.permissions == {"broadcasts:approve", APPROVE_UNATTENDED}
    async with engines.owner.begin() as conn:
        kept = (await conn.execute(text("SELECT * FROM api_keys"))).all()
    assert token not in repr(kept)


async def test_an_officers_key_reaches_below_its_unit(engines: Engines, master: MasterKey, world: World) -> None:
    unit = world.units["sgddt-dongnai"]
    account = await _account(engines, master, unit, roles=["officer"])
    async with unit_transaction(engines.web, unit) as conn:
        token = await create_api_key(
            conn, account_id=account, unit_id=unit, label="office", scopes=permissions_of(["officer"]), now=NOW
        )
    assert (await authenticate(engines.web, token)).subtree


@pytest.mark.parametrize("ending", ["revoked_at = now()", "expires_at = now() - interval '1 second'"])
async def test_a_key_that_ended_opens_nothing(engines: Engines, master: MasterKey, world: World, ending: str) -> None:
    unit = world.units["nbk-thcs"]
    account = await _account(engines, master, unit)
    async with unit_transaction(engines.web, unit) as conn:
        token = await create_api_key(
            conn,
            account_id=account,
            unit_id=unit,
            label="x",
            scopes=["units:read"],
            now=NOW,
            expires_at=datetime.now(UTC) + timedelta(days=1),
        )
        await conn.execute(text(f"UPDATE api_keys SET {ending}"))
    with pytest.raises(Unauthenticated):
        await authenticate(engines.web, token)


@pytest.mark.parametrize("token", ["", "loa_", "loa_" + "A" * 43, "Bearer x", "loa_" + "ộ" * 43])
async def test_a_made_up_token_opens_nothing(engines: Engines, token: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await authenticate(engines.web, token)
    assert refused.value.code == "auth.missing"


async def test_a_key_has_only_scopes_that_exist(engines: Engines, world: World) -> None:
    actor = world.actor()
    async with unit_transaction(engines.web, actor.unit_id) as conn:
        with pytest.raises(Invalid):
            await create_api_key(
                conn, account_id=actor.account_id, unit_id=actor.unit_id, label="x", scopes=["everything"], now=NOW
            )
