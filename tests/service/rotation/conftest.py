"""A school with something in every sealed column, and messages to its parents by itself and by the department."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from contact_registry.sealing import SEALED, MasterKey, current_data_key, data_keys
from service.deliveries import plan
from service.rotation import reseal_round, rotate
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast

NOW = datetime(2026, 11, 25, tzinfo=UTC)
COLUMNS = [(table.name, column, purpose) for table in SEALED for column, purpose in table.columns.items()]
COLUMNS += [("deliveries", "address_sealed", "")]

_ROWS = (
    "INSERT INTO contacts (unit_id, audience, role, name_sealed, data_key_id) VALUES (:unit, 'staff', 'staff', :name, :key)",
    (
        "INSERT INTO enrolments (unit_id, contact_id, school_year, class_name, pupil_sealed, data_key_id)"
        " SELECT :unit, min(id), '2026-2027', '6A1', :name, :key FROM contacts"
    ),
    (
        "INSERT INTO consents"
        " (unit_id, channel, address_hash, basis, proof, place_sealed, data_key_id, given_on, recorded_by, recorded_at)"
        " VALUES (:unit, 'sms', 'h', 'consent', 'meeting', :place, :key, '2026-09-05', :account, now())"
    ),
    (
        "INSERT INTO contact_looks (unit_id, at, account_id, contact, reason, note_sealed, data_key_id)"
        " VALUES (:unit, now(), :account, gen_random_uuid(), 'other', :note, :key)"
    ),
    "INSERT INTO imports (unit_id, state, school_year, created_by) VALUES (:unit, 'checked', '2026-2027', :account)",
    (
        "INSERT INTO import_rows (import_id, position, unit_id, row, data_key_id, sealed)"
        " SELECT i.id, n, :unit, n, :key, :row FROM imports i, generate_series(1, 5) AS n"
    ),
    "INSERT INTO import_columns SELECT id, :unit, :key, :columns FROM imports",
    "INSERT INTO import_files SELECT id, :unit, :key, :file FROM imports",
)


@dataclass(frozen=True)
class School:
    """What a rotation is about. `key`: the data key everything is sealed under at first."""

    approved: Approved
    key: int

    @property
    def unit(self) -> int:
        return self.approved.world.units["nbk-thcs"]

    async def rotate(self, now: datetime = NOW) -> None:
        async with self.approved.engines.owner.begin() as conn:
            assert await rotate(conn, self.approved.master, self.unit, now=now)

    async def round(self, now: datetime = NOW, stopping: Callable[[], bool] = lambda: False) -> None:
        await reseal_round(self.approved.engines.worker, self.approved.master, now=now, stopping=stopping)

    async def keys(self) -> set[int]:
        return {row.id for row in await self.approved.rows("SELECT id FROM data_keys WHERE unit_id = :unit", unit=self.unit)}

    async def under(self, key: int) -> dict[str, int]:
        """Rows sealed under a key, by table."""
        counts = {}
        for table in dict.fromkeys(name for name, _, _ in COLUMNS):
            (row,) = await self.approved.rows(f"SELECT count(*) AS n FROM {table} WHERE data_key_id = :key", key=key)
            counts[table] = row.n
        return {table: n for table, n in counts.items() if n}

    async def opened(self) -> dict[str, list[str]]:
        """Everything sealed at the school, opened, by table and column."""
        found = {}
        async with self.approved.engines.owner.begin() as conn:
            for table, column, purpose in COLUMNS:
                channel = "channel" if not purpose else "NULL AS channel"
                unit = "recipient_unit" if table == "deliveries" else "unit_id"
                rows = (
                    await conn.execute(
                        text(
                            f"SELECT {column} AS sealed, data_key_id, {channel} FROM {table}"
                            f" WHERE {unit} = :unit AND {column} IS NOT NULL"
                        ),
                        {"unit": self.unit},
                    )
                ).all()
                keys = await data_keys(conn, self.approved.master, {row.data_key_id for row in rows})
                found[f"{table}.{column}"] = sorted(
                    keys[row.data_key_id].unseal(row.sealed, purpose or row.channel) for row in rows
                )
        return found


@pytest.fixture
async def school(engines: Engines, master: MasterKey) -> School:
    approved = await approve_broadcast(engines, master, phones=3, emails=2)
    unit = approved.unit_id
    async with engines.owner.begin() as conn:
        key = await current_data_key(conn, master, unit)
        values = {
            "unit": unit,
            "account": approved.world.actor().account_id,
            "key": key.id,
            "name": key.seal("Nguyễn Văn An", "name"),
            "place": key.seal("tủ hồ sơ 2", "consent-place"),
            "note": key.seal("gọi lại", "look-note"),
            "row": key.seal("[]", "import-row"),
            "columns": key.seal("{}", "import-columns"),
            "file": key.seal("xlsx", "import-file"),
        }
        for statement in _ROWS:
            await conn.execute(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})
    await plan(engines.worker, unit_id=unit, broadcast_id=approved.broadcast_id, now=datetime.now(UTC))
    return School(approved, key.id)


async def department_s_messages(school: School) -> None:
    """Two more messages to the school's parents, sent by the department."""
    department = school.approved.world.units["sgddt-dongnai"]
    async with school.approved.engines.owner.begin() as conn:
        made = await conn.execute(
            text(
                "INSERT INTO broadcasts (unit_id, state, kind, urgency, title, texts, audience, channels, expires_at, author_id)"
                " SELECT :unit, 'completed', kind, urgency, title, texts, audience, channels, expires_at, author_id"
                " FROM broadcasts"
                " RETURNING id"
            ),
            {"unit": department},
        )
        broadcast = made.scalar_one()
        await conn.execute(
            text(
                "INSERT INTO delivery_chunks"
                " (broadcast_id, chunk, unit_id, lane, channel, first_number, last_number, waiting, accepted)"
                " VALUES (:broadcast, 0, :unit, 'urgent', 'sms', 9001, 9002, 0, 2)"
            ),
            {"broadcast": broadcast, "unit": department},
        )
        await conn.execute(
            text(
                "INSERT INTO deliveries"
                " (broadcast_id, number, unit_id, recipient_unit, data_key_id, chunk, channel, state, address_hash,"
                " address_sealed)"
                " SELECT :broadcast, 9000 + row_number() OVER (), :unit, unit_id, data_key_id, 0, channel, 'accepted',"
                " address_hash, address_sealed"
                " FROM contact_points WHERE channel = 'sms' LIMIT 2"
            ),
            {"broadcast": broadcast, "unit": department},
        )


A_DAY = timedelta(days=1)
