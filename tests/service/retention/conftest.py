"""A unit whose people and lists were put there at times a test chooses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from tests.conftest import Engines
from tests.factories.world import World, make_world

UNIT = "nbk-thcs"
KEPT_TABLES = ("contacts", "contact_points", "enrolments", "import_changes")


@dataclass(frozen=True)
class Place:
    """One school, and what the owner does and sees there."""

    engines: Engines
    world: World
    unit: int

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.engines.owner.begin() as conn:
            return list((await conn.execute(text(sql), {"unit": self.unit} | values)).all())

    async def run(self, sql: str, **values: Any) -> None:
        async with self.engines.owner.begin() as conn:
            await conn.execute(text(sql), {"unit": self.unit, "account": self.world.actor(UNIT).account_id} | values)

    async def make(self, sql: str, **values: Any) -> int:
        async with self.engines.owner.begin() as conn:
            made = await conn.execute(text(sql), {"unit": self.unit, "account": self.world.actor(UNIT).account_id} | values)
            return int(made.scalar_one())

    async def applied_list(self, at: datetime, state: str = "applied") -> int:
        return await self.make(
            "INSERT INTO imports (unit_id, state, school_year, created_by, created_at, checked_at, applied_at)"
            " VALUES (:unit, :state, '2026-2027', :account, :at, :at, CASE WHEN :state = 'applied'"
            " THEN CAST(:at AS timestamptz) END)"
            " RETURNING id",
            at=at,
            state=state,
        )

    async def contact(self, year: str | None, created: datetime, ended_by: int | None = None, unit: int | None = None) -> int:
        return await self.make(
            "INSERT INTO contacts (unit_id, role, school_year, created_at, ended_by)"
            " VALUES (:of, 'parent', :year, :created, :ended) RETURNING id",
            of=unit or self.unit,
            year=year,
            created=created,
            ended=ended_by,
        )

    async def point(self, contact: int, ended_by: int | None = None, unit: int | None = None) -> int:
        return await self.make(
            "INSERT INTO contact_points (unit_id, contact_id, channel, address_hash, address_sealed, data_key_id, ended_by)"
            " SELECT :of, :contact, 'sms', CAST(gen_random_uuid()::text AS bytea), 'sealed', id, :ended FROM data_keys"
            " WHERE unit_id = :of"
            " RETURNING id",
            of=unit or self.unit,
            contact=contact,
            ended=ended_by,
        )

    async def pupil(self, contact: int | None, year: str, ended_by: int | None = None, unit: int | None = None) -> int:
        return await self.make(
            "INSERT INTO enrolments (unit_id, contact_id, school_year, class_name, ended_by)"
            " VALUES (:of, :contact, :year, '6A1', :ended) RETURNING id",
            of=unit or self.unit,
            contact=contact,
            year=year,
            ended=ended_by,
        )

    async def ids(self, table: str) -> set[int]:
        return {row.id for row in await self.rows(f"SELECT id FROM {table}")}

    async def everything_else(self) -> dict[str, list[str]]:
        """Every row of every table that retention has no rule for, and of the other units."""
        tables = [
            row.relname
            for row in await self.rows(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
            )
        ]
        own = {"retention_runs", "retention_checks", "audit_events"}
        return {
            table: [
                row.line
                for row in await self.rows(
                    f"SELECT t::text AS line FROM {table} t {'WHERE unit_id <> :unit' if table in KEPT_TABLES else ''} ORDER BY 1"
                )
            ]
            for table in tables
            if table not in own
        }


@pytest.fixture
async def place(engines: Engines, master: MasterKey) -> Place:
    world = await make_world(engines.owner, master)
    return Place(engines, world, world.units[UNIT])
