"""Invitations: a person comes in by themselves, once, within fourteen days, and nobody else holds what they then hold."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.accounts import (
    Change,
    Invitation,
    Redeemed,
    authenticate,
    change_account,
    create_account,
    create_api_key,
    invite,
    list_accounts,
    permissions_of,
    redeem_invitation,
)
from service.database import unit_transaction
from service.errors import Conflict, Forbidden, Invalid, LoaError, NotFound, Unauthenticated
from service.keyring.deployment import deployment_key
from tests.conftest import Engines
from tests.factories.world import World, make_world

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PASSWORD = "một mật khẩu dài"
SCHOOL = "nbk-thcs"


@pytest.fixture
async def world(engines: Engines, master: MasterKey) -> World:
    return await make_world(engines.owner, master)


@pytest.fixture
async def account(engines: Engines, master: MasterKey, world: World) -> int:
    """An approver of the school who has not come yet."""
    async with unit_transaction(engines.web, world.units[SCHOOL]) as conn:
        return await create_account(
            conn,
            master=master,
            index_key=await deployment_key(conn, master, "address_index"),
            unit_id=world.units[SCHOOL],
            email="lan@nbk-thcs.edu.vn",
            name="Nguyễn Thị Lan",
            roles=["approver"],
            now=NOW,
            actor=world.actor(SCHOOL, "administrator"),
        )


async def invited(engines: Engines, world: World, account: int) -> Invitation:
    async with unit_transaction(engines.web, world.units[SCHOOL]) as conn:
        return await invite(conn, world.actor(SCHOOL, "administrator"), account_id=account, now=NOW)


async def redeemed(engines: Engines, token: str, *, password: str = PASSWORD, now: datetime = NOW) -> Redeemed:
    async with unit_transaction(engines.web, None) as conn:
        return await redeem_invitation(conn, token=token, password=password, label="Máy văn phòng", now=now)


async def test_the_person_gets_a_key_for_all_their_roles_allow_but_approving_unattended(
    engines: Engines, world: World, account: int
) -> None:
    came = await redeemed(engines, (await invited(engines, world, account)).token)

    actor = await authenticate(engines.web, came.api_key)
    assert (actor.account_id, actor.unit_code) == (account, SCHOOL)
    assert actor.permissions == permissions_of(["approver"])
    assert "approve:unattended" not in came.scopes


async def test_the_password_is_the_persons_own_however_their_keyboard_composes_it(
    engines: Engines, world: World, account: int
) -> None:
    decomposed = "mo\u0323\u0302t ma\u0323\u0302t kha\u0302\u0309u da\u0300i"
    await redeemed(engines, (await invited(engines, world, account)).token, password=decomposed)

    async with engines.owner.connect() as conn:
        kept = (await conn.execute(text("SELECT password_hash FROM accounts WHERE id = :id"), {"id": account})).scalar_one()
    assert kept.startswith("$argon2id$")
    assert PasswordHasher().verify(kept, PASSWORD)


async def test_neither_the_token_nor_the_password_is_kept(engines: Engines, world: World, account: int) -> None:
    invitation = await invited(engines, world, account)
    async with engines.owner.connect() as conn:
        kept = [
            bytes(each) if isinstance(each, memoryview) else each
            for each in (await conn.execute(text("TABLE invitations"))).one()
        ]
    assert invitation.token.encode() not in b"".join(each for each in kept if isinstance(each, bytes))
    await redeemed(engines, invitation.token)
    async with engines.owner.connect() as conn:
        trail = (await conn.execute(text("SELECT action, details::text FROM audit_events ORDER BY id"))).all()
    assert [row.action for row in trail] == ["account.created", "invitation.made", "invitation.redeemed", "api_key.created"]
    assert not [secret for secret in (invitation.token, PASSWORD, "Lan", "lan@") if secret in repr(trail)]


async def test_it_works_once(engines: Engines, world: World, account: int) -> None:
    token = (await invited(engines, world, account)).token
    await redeemed(engines, token)
    await refused(engines, token)


async def test_of_two_who_come_with_it_at_once_one_gets_in(engines: Engines, world: World, account: int) -> None:
    token = (await invited(engines, world, account)).token
    both = await asyncio.gather(*(redeemed(engines, token) for _ in range(2)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in both) == ["NotFound", "Redeemed"]


async def test_a_new_one_voids_the_one_before(engines: Engines, world: World, account: int) -> None:
    first, second = [(await invited(engines, world, account)).token for _ in range(2)]
    await refused(engines, first)
    await redeemed(engines, second)


async def test_it_stands_fourteen_days(engines: Engines, world: World, account: int) -> None:
    token = (await invited(engines, world, account)).token
    await refused(engines, token, now=NOW + timedelta(days=14))
    await redeemed(engines, token, now=NOW + timedelta(days=14, seconds=-1))


@pytest.mark.parametrize("token", ["", "moi_", "moi_" + "A" * 43, "loa_" + "A" * 43, "moi_" + "\x00" * 43, "moi_" + "ộ" * 43])
async def test_a_wrong_one_is_refused_without_saying_why(engines: Engines, world: World, token: str) -> None:
    await refused(engines, token)


async def refused(engines: Engines, token: str, *, now: datetime = NOW) -> None:
    with pytest.raises(NotFound) as refusal:
        await redeemed(engines, token, now=now)
    assert (refusal.value.code, refusal.value.values) == ("invitation.unknown", {})


async def test_a_short_password_leaves_the_invitation_as_it_is(engines: Engines, world: World, account: int) -> None:
    token = (await invited(engines, world, account)).token
    with pytest.raises(Invalid) as refusal:
        await redeemed(engines, token, password="mười một ch")
    assert [(field.field, field.code, field.values) for field in refusal.value.fields] == [
        ("password", "account.password_short", {"least": 12})
    ]
    await redeemed(engines, token)


async def test_coming_in_anew_ends_the_keys_from_before(engines: Engines, world: World, account: int) -> None:
    before = await redeemed(engines, (await invited(engines, world, account)).token)
    after = await redeemed(engines, (await invited(engines, world, account)).token)

    with pytest.raises(Unauthenticated):
        await authenticate(engines.web, before.api_key)
    assert (await authenticate(engines.web, after.api_key)).account_id == account


async def test_a_disabled_account_has_no_key_and_no_invitation_and_gets_none(
    engines: Engines, world: World, account: int
) -> None:
    administrator = world.actor(SCHOOL, "administrator")
    key = (await redeemed(engines, (await invited(engines, world, account)).token)).api_key
    token = (await invited(engines, world, account)).token
    async with unit_transaction(engines.web, world.units[SCHOOL]) as conn:
        await change_account(conn, administrator, account_id=account, change=Change(disabled=True), now=NOW)

    with pytest.raises(Unauthenticated):
        await authenticate(engines.web, key)
    await refused(engines, token)
    with pytest.raises(Conflict, match=r"account\.disabled"):
        await invited(engines, world, account)
    async with unit_transaction(engines.web, world.units[SCHOOL]) as conn:
        await change_account(conn, administrator, account_id=account, change=Change(disabled=False), now=NOW)
    await refused(engines, token)
    assert (await authenticate(engines.web, key)).account_id == account


async def test_taking_a_role_away_narrows_the_keys_at_once(engines: Engines, world: World, account: int) -> None:
    key = (await redeemed(engines, (await invited(engines, world, account)).token)).api_key
    async with unit_transaction(engines.web, world.units[SCHOOL]) as conn:
        change = Change(roles=("clerk",))
        await change_account(conn, world.actor(SCHOOL, "administrator"), account_id=account, change=change, now=NOW)

    actor = await authenticate(engines.web, key)
    assert actor.permissions == permissions_of(["approver"]) & permissions_of(["clerk"])


async def test_nobody_changes_themselves(engines: Engines, world: World) -> None:
    administrator = world.actor(SCHOOL, "administrator")
    for change in (Change(roles=("administrator", "officer")), Change(disabled=True), Change(language="en")):
        with pytest.raises(Forbidden, match=r"account\.oneself"):
            async with unit_transaction(engines.web, administrator.unit_id) as conn:
                await change_account(conn, administrator, account_id=administrator.account_id, change=change, now=NOW)


@pytest.mark.parametrize("role", ["clerk", "approver", "officer", "data_protection_lead"])
async def test_only_an_administrator_invites_and_changes(engines: Engines, world: World, account: int, role: str) -> None:
    actor = world.actor(SCHOOL, role)
    async with unit_transaction(engines.web, actor.unit_id) as conn:
        with pytest.raises(Forbidden):
            await invite(conn, actor, account_id=account, now=NOW)
        with pytest.raises(Forbidden):
            await change_account(conn, actor, account_id=account, change=Change(disabled=True), now=NOW)


@pytest.mark.parametrize("role", ["clerk", "approver"])
async def test_names_are_not_listed_to_those_who_answer_for_nobody(
    engines: Engines, master: MasterKey, world: World, role: str
) -> None:
    actor = world.actor(SCHOOL, role)
    async with unit_transaction(engines.web, actor.unit_id) as conn:
        with pytest.raises(Forbidden):
            await list_accounts(conn, actor, master=master)


async def test_a_key_is_made_for_oneself_and_not_wider_nor_longer_than_ones_own(
    engines: Engines, world: World, account: int
) -> None:
    async with unit_transaction(engines.web, world.units[SCHOOL]) as conn:
        parent = await create_api_key(
            conn,
            account_id=account,
            unit_id=world.units[SCHOOL],
            label="x",
            scopes=["broadcasts:read", "units:read"],
            expires_at=datetime.now(UTC) + timedelta(hours=1),
            now=NOW,
        )
    actor = await authenticate(engines.web, parent)
    mine = {"account_id": account, "unit_id": actor.unit_id, "label": "y", "now": NOW, "actor": actor}
    for scopes in (["broadcasts:approve"], ["units:read", "approve:unattended"], []):
        with pytest.raises(LoaError, match=r"request\.invalid"):
            async with unit_transaction(engines.web, actor.unit_id) as conn:
                await create_api_key(conn, scopes=scopes, **mine)  # type: ignore[arg-type]
    async with unit_transaction(engines.web, actor.unit_id) as conn:
        await create_api_key(conn, scopes=["units:read"], **mine)  # type: ignore[arg-type]
        ends = (await conn.execute(text("SELECT expires_at FROM api_keys ORDER BY id"))).scalars().all()
    assert ends[-1] == ends[-2] is not None
