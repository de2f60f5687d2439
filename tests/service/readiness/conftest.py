"""A world in which no unit has anything in place yet, its head's office, and accounts that can be named by their email."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey
from service.accounts import create_account
from service.actors import Actor
from service.database import unit_transaction
from service.keyring import deployment_key
from service.readiness import Readiness, accept_lead, approve_card, file_data_rule, name_lead, readiness_of
from tests.conftest import Engines
from tests.factories.world import World, make_world

NOW = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
RULE: dict[str, Any] = {"number": "12/QĐ-THCS", "dated": date(2026, 8, 15), "sha256": "ab" * 32}
CARD: dict[str, Any] = {
    "phone": "0251 3822 123",
    "hours": "07:00 - 17:00",
    "out_of_hours_phone": "0912 345 678",
    "tested_on": date(2026, 9, 1),
    "declared": ["own_account"],
}


@dataclass
class Gate:
    """The gate of one unit, and the deeds at it."""

    engines: Engines
    master: MasterKey
    world: World
    unit: str = "nbk-thcs"

    @property
    def unit_id(self) -> int:
        return self.world.units[self.unit]

    def actor(self, role: str, unit: str | None = None) -> Actor:
        return self.world.actor(unit or self.unit, role)

    @asynccontextmanager
    async def acting(self) -> AsyncIterator[AsyncConnection]:
        async with unit_transaction(self.engines.web, self.unit_id) as conn:
            yield conn

    async def account(self, email: str, *, unit: str | None = None, roles: tuple[str, ...] = ("data_protection_lead",)) -> Actor:
        """A person with this email."""
        unit = unit or self.unit
        async with unit_transaction(self.engines.web, self.world.units[unit]) as conn:
            made = await create_account(
                conn,
                master=self.master,
                index_key=await deployment_key(conn, self.master, "address_index"),
                unit_id=self.world.units[unit],
                email=email,
                name="Nguyễn Thị Phụ Trách",
                password="mat-khau-rat-dai",
                roles=roles,
                now=NOW,
            )
        like = self.world.actor(unit, roles[0])
        return Actor(made, like.unit_id, unit, like.permissions)

    async def file_rule(self, now: datetime = NOW, **changes: Any) -> None:
        async with self.acting() as conn:
            await file_data_rule(conn, self.actor("clerk"), unit_id=self.unit_id, now=now, **(RULE | changes))

    async def name(self, email: str, *, by: Actor | None = None, now: datetime = NOW) -> None:
        async with self.acting() as conn:
            await name_lead(conn, by or self.actor("approver"), unit_id=self.unit_id, email=email, master=self.master, now=now)

    async def accept(self, actor: Actor, now: datetime = NOW) -> None:
        async with self.acting() as conn:
            await accept_lead(conn, actor, unit_id=self.unit_id, now=now)

    async def approve_card(self, now: datetime = NOW, **changes: Any) -> None:
        async with self.acting() as conn:
            await approve_card(conn, self.actor("approver"), unit_id=self.unit_id, now=now, **(CARD | changes))

    async def readiness(self, now: datetime = NOW) -> Readiness:
        async with self.acting() as conn:
            return await readiness_of(conn, self.unit_id, now=now)

    async def rows(self, sql: str) -> list[Any]:
        async with self.engines.owner.begin() as conn:
            return list((await conn.execute(text(sql))).all())


@pytest.fixture
async def gate(engines: Engines, master: MasterKey) -> Gate:
    return Gate(engines, master, await make_world(engines.owner, master, ready=False))
