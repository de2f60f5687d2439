"""Another master key: all keys under it or none, and never a home that neither key opens."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from contact_registry.errors import Unsealable
from contact_registry.sealing import MasterKey, data_keys
from service.database import unit_transaction
from service.errors import Conflict
from service.keyring import deployment_key, make_signing_key, signing_key
from service.rotation import opens, rewrap
from service.standalone.home import Home
from service.standalone.master_key import change_master_key, settled
from service.standalone.secrets import load_or_make
from tests.conftest import Engines
from tests.factories.world import World, make_world

NEW = MasterKey.generate()


@pytest.fixture
async def world(engines: Engines, master: MasterKey) -> World:
    made = await make_world(engines.owner, master)
    async with engines.owner.begin() as conn:
        await make_signing_key(conn, master, made.units["sgddt-dongnai"], purpose="record", now=datetime(2026, 1, 1, tzinfo=UTC))
    for engine in (engines.web, engines.worker, engines.lookup):
        await engine.dispose()
    return made


async def _opened(engines: Engines, master: MasterKey, world: World) -> list[str]:
    """Everything a master key opens, from the outside in: deployment keys, a signing key, every account's email."""
    async with unit_transaction(engines.web, world.units["sgddt-dongnai"], subtree=True) as conn:
        found = [(await deployment_key(conn, master, "address_index")).hex()]
        found.append((await signing_key(conn, master, purpose="record", now=datetime.now(UTC))).private.hex())
    await engines.web.dispose()
    async with engines.owner.begin() as conn:
        rows = (await conn.execute(text("SELECT email_sealed, data_key_id FROM accounts ORDER BY id"))).all()
        keys = await data_keys(conn, master, {row.data_key_id for row in rows})
    return found + [keys[row.data_key_id].unseal(row.email_sealed, "email") for row in rows]


async def test_the_new_master_key_opens_everything_and_the_old_one_nothing(
    engines: Engines, master: MasterKey, world: World
) -> None:
    before = await _opened(engines, master, world)
    new = MasterKey.parse(NEW)
    async with engines.owner.begin() as conn:
        assert await rewrap(conn, master, new) == 4 + 4 + 1, "data keys, deployment keys, the signing key"
    assert await _opened(engines, new, world) == before
    async with engines.owner.begin() as conn:
        assert await rewrap(conn, master, new) == 0, "again changes nothing"
        assert not await opens(conn, master)
        for purpose in ("lookup_number", "address_index", "attempt_token"):
            with pytest.raises(Unsealable):
                await deployment_key(conn, master, purpose)


@pytest.mark.parametrize("login", ["web", "worker", "lookup"])
async def test_it_refuses_while_a_process_runs(engines: Engines, master: MasterKey, world: World, login: str) -> None:
    async with getattr(engines, login).connect() as held:
        await held.execute(text("SELECT 1"))
        with pytest.raises(Conflict, match=r"keys\.processes_running"):
            async with engines.owner.begin() as conn:
                await rewrap(conn, master, MasterKey.parse(NEW))
    async with engines.owner.begin() as conn:
        assert await opens(conn, master)


async def test_a_master_key_that_opens_nothing_changes_nothing(engines: Engines, master: MasterKey, world: World) -> None:
    stranger = MasterKey.parse(MasterKey.generate())
    with pytest.raises(Conflict, match=r"keys\.master_key_does_not_open"):
        async with engines.owner.begin() as conn:
            await rewrap(conn, stranger, MasterKey.parse(NEW))
    async with engines.owner.begin() as conn:
        assert await opens(conn, master)


@pytest.fixture
def home(tmp_path: Path, master_text: str) -> Home:
    """A home whose master key is the one of the test's database."""
    made = Home.at(tmp_path)
    made.secrets_file.write_text(
        json.dumps({"master_key": master_text, "simulator_account_sid": "AC1", "simulator_auth_token": "t"}), encoding="utf-8"
    )
    return made


async def _the_home_opens(engines: Engines, home: Home, expected: str) -> None:
    secrets = await settled(engines.owner, home)
    assert (secrets.master_key, secrets.next_master_key) == (expected, None)
    assert load_or_make(home) == secrets
    async with engines.owner.begin() as conn:
        assert await opens(conn, MasterKey.parse(secrets.master_key))


async def test_a_home_gets_its_new_key_and_keeps_no_other(engines: Engines, world: World, home: Home, master_text: str) -> None:
    assert await change_master_key(engines.owner, home, NEW) == 9
    await _the_home_opens(engines, home, NEW)
    assert master_text not in home.secrets_file.read_text(encoding="utf-8")
    assert home.secrets_file.stat().st_mode & 0o077 == 0


class _Killed(Exception):
    pass


@pytest.mark.parametrize("at", ["before the commit", "after the commit"])
async def test_a_change_that_breaks_off_leaves_a_home_that_opens(
    engines: Engines, world: World, home: Home, master_text: str, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    async def killed(*_: object) -> bool:
        """Dies where `settled` is asked the second time, or in the middle of the transaction."""
        raise _Killed

    if at == "before the commit":
        monkeypatch.setattr("service.rotation.rewrapping.rewrap_signing_keys", killed)
    else:
        whole = settled

        async def first_only(*arguments: object) -> object:
            nonlocal calls
            calls += 1
            if calls > 1:
                raise _Killed
            return await whole(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr("service.standalone.master_key.settled", first_only)
    with pytest.raises(_Killed):
        await change_master_key(engines.owner, home, NEW)
    monkeypatch.undo()
    kept = home.secrets_file.read_text(encoding="utf-8")
    assert NEW in kept
    assert master_text in kept, "both are on the disk until it is known which one it is"
    await _the_home_opens(engines, home, master_text if at == "before the commit" else NEW)
