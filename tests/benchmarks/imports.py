"""A list of 20,000 pupils from its bytes to the unit's present list, beside reading its cells and copying as many rows in."""

import io
import os
import time
from datetime import UTC, datetime

import psycopg
import xlsxwriter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from contact_registry.sealing import MasterKey
from contact_registry.spreadsheets.excel_process import read_apart
from service.contacts import apply_import, locate_import, read_import, start_import
from service.database import make_engine, unit_transaction
from service.database.roles import OWNER, WEB, WORKER
from service.memory import collect_rarely
from service.schema import upgrade
from service.standalone import postgres
from service.standalone.home import Home
from service.standalone.servers import running_servers
from tests.benchmarks.rows import Row
from tests.factories.world import World, make_world

UNIT = "nbk-thcs"
HEAD = (
    "STT",
    "Mã HS",
    "Họ và tên",
    "Ngày sinh",
    "Lớp",
    "Dân tộc",
    "Địa chỉ",
    "Họ tên cha",
    "SĐT cha",
    "Họ tên mẹ",
    "SĐT mẹ",
    "Email",
)


def big_workbook(rows: int) -> bytes:
    """As a ministry's export looks: twelve columns, five of them not to be kept."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Danh sách")
        sheet.write_row(0, 0, ["DANH SÁCH HỌC SINH NĂM HỌC 2026-2027"])
        sheet.write_row(2, 0, HEAD)
        for n in range(rows):
            name, mail = f"Nguyễn Văn Học Sinh {n}", f"phuhuynh{n}@example.com" if n % 8 == 0 else ""
            father, mother = f"09{10_000_000 + n:08}", f"03{20_000_000 + n:08}"
            row = (
                n + 1,
                f"HS{n:06}",
                name,
                "01/02/2014",
                f"{6 + n % 4}A{1 + n % 9}",
                "Kinh",
                "Ấp 3",
                "Cha",
                father,
                "Mẹ",
                mother,
                mail,
            )
            sheet.write_row(3 + n, 0, row)
    return made.getvalue()


async def measure(home: Home, rows: int) -> list[Row]:
    """A home without workers: read, stored and applied by the use cases themselves, in this process, set up as a server's is."""
    collect_rarely()
    data = big_workbook(rows)
    async with running_servers(home, upgrade):
        owner, web, worker = (make_engine(postgres.url(home, login), name="bench") for login in (OWNER, WEB, WORKER))
        try:
            master = MasterKey.parse(MasterKey.generate())
            world = await make_world(owner, master)
            started = time.perf_counter()
            await _import(web, worker, world, master, data)
            ours = time.perf_counter() - started
            async with owner.connect() as conn:
                reached = (await conn.execute(text("SELECT count(*) FROM contact_points WHERE ended_by IS NULL"))).scalar_one()
        finally:
            for engine in (owner, web, worker):
                await engine.dispose()
        limit = _limit(postgres.url(home, OWNER).replace("+psycopg", ""), data, 5 * rows)
    expected = 2 * rows + len(range(0, rows, 8))
    if reached != expected:
        raise AssertionError(f"{reached} addresses instead of {expected}")
    return [
        Row(
            f"import of {rows:,} rows, xlsx",
            "rows/s",
            rows / ours,
            f"cells read, {5 * rows:,} rows by COPY",
            rows / limit,
            f"{reached:,} addresses",
        )
    ]


async def _import(web: AsyncEngine, worker: AsyncEngine, world: World, master: MasterKey, data: bytes) -> None:
    unit, clerk, now = world.units[UNIT], world.actor(UNIT), datetime.now(UTC)
    async with unit_transaction(web, unit) as conn:
        public_id = await start_import(conn, clerk, unit_id=unit, data=data, dry_run=False, master=master, now=now)
    async with unit_transaction(worker, unit) as conn:
        place = await locate_import(conn, public_id)
        await read_import(conn, place.id, master=master, now=now)
    async with unit_transaction(web, unit) as conn:
        await apply_import(conn, clerk, import_id=place.id, master=master, now=now)


def _limit(url: str, data: bytes, rows: int) -> float:
    """Seconds for what nobody can do without: the cells, and as many rows written as an import leaves, of like size."""
    started = time.perf_counter()
    read_apart(data)
    with psycopg.connect(url) as conn:
        conn.execute("CREATE TABLE bare (unit integer, contact bigint, hash bytea, sealed bytea)")
        with conn.cursor().copy("COPY bare FROM STDIN") as copy:
            for n in range(rows):
                copy.write_row((1, n, os.urandom(16), os.urandom(40)))
    return time.perf_counter() - started
