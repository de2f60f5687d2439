"""Consent, as the audience asks for it: silence is none, a withdrawal ends it, and another unit's says nothing."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from contact_registry.consents import Consent, consented, give_consent, withdraw_consent
from contact_registry.models import contact_points
from contact_registry.sealing import MasterKey, address_hash, current_data_key
from service.database import unit_transaction
from service.keyring.deployment import deployment_key
from tests.conftest import Engines
from tests.factories.parents import add_parents
from tests.factories.world import World, make_world

NOW = datetime(2026, 9, 7, tzinfo=UTC)
PAPER = Consent("consent", "paper_form", date(2026, 9, 5), "Tủ hồ sơ phòng văn thư")


class Asking:
    def __init__(self, engines: Engines, master: MasterKey, world: World) -> None:
        self.engines, self.master, self.world = engines, master, world

    async def standing(self, unit: str = "nbk-thcs") -> list[bool]:
        """For every point of the unit's list, in order."""
        point = contact_points.c
        asked = select(consented(point.unit_id, point.channel, point.address_hash)).select_from(contact_points).order_by(point.id)
        async with unit_transaction(self.engines.web, self.world.units[unit]) as conn:
            return list((await conn.execute(asked)).scalars())

    async def hash_of(self, channel: str, address: str) -> bytes:
        async with self.engines.owner.connect() as conn:
            return address_hash(await deployment_key(conn, self.master, "address_index"), channel, address)

    async def give(self, *hashes: bytes, channel: str = "sms", unit: str = "nbk-thcs") -> int:
        by = self.world.actor(unit).account_id
        async with unit_transaction(self.engines.web, self.world.units[unit]) as conn:
            key = await current_data_key(conn, self.master, self.world.units[unit])
            return await give_consent(conn, channel=channel, address_hashes=hashes, consent=PAPER, data_key=key, by=by, now=NOW)

    async def withdraw(self, *hashes: bytes) -> int:
        unit = self.world.units["nbk-thcs"]
        async with unit_transaction(self.engines.web, unit) as conn:
            by = self.world.actor().account_id
            return await withdraw_consent(conn, unit_id=unit, channel="sms", address_hashes=hashes, by=by, now=NOW)


async def asking(engines: Engines, master: MasterKey) -> Asking:
    world = await make_world(engines.owner, master)
    for unit in ("nbk-thcs", "lqd-th"):
        await add_parents(engines.owner, master, world.units[unit], phones=2, emails=1)
    return Asking(engines, master, world)


async def test_silence_is_no_consent_and_a_withdrawal_ends_one(engines: Engines, master: MasterKey) -> None:
    ask = await asking(engines, master)
    first = await ask.hash_of("sms", "+84900000000")
    assert await ask.standing() == [False, False, False]
    assert await ask.give(first) == 1
    assert await ask.standing() == [True, False, False]
    assert await ask.withdraw(first) == 1
    assert await ask.standing() == [False, False, False]
    assert await ask.give(first) == 1, "given again later"
    assert await ask.standing() == [True, False, False]


async def test_a_consent_that_stands_is_not_given_twice(engines: Engines, master: MasterKey) -> None:
    ask = await asking(engines, master)
    hashes = [await ask.hash_of("sms", f"+8490000000{n}") for n in (0, 1)]
    assert await ask.give(hashes[0]) == 1
    assert await ask.give(*hashes) == 1
    assert await ask.standing() == [True, True, False]


async def test_consent_is_of_one_unit_and_one_channel(engines: Engines, master: MasterKey) -> None:
    ask = await asking(engines, master)
    await ask.give(await ask.hash_of("sms", "+84900000000"), unit="lqd-th")
    await ask.give(await ask.hash_of("sms", "+84900000001"), channel="email")
    assert await ask.standing() == [False, False, False]
    assert await ask.standing("lqd-th") == [True, False, False]
