"""A file that is no list: the import says why, and nothing of it stays but that and the trail."""

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from tests.conftest import Engines
from tests.contact_registry.test_hostile_files import REFUSED
from tests.factories.excel_kinds import EXCEL_KINDS
from tests.factories.world import make_world
from tests.service.contacts.test_importing import Office

TABLES = ("import_files", "import_rows", "import_columns", "contacts", "contact_points", "enrolments")
TEXTS = EXCEL_KINDS["several numbers in a cell, with words"].data
SPOILED = {
    "cut short": EXCEL_KINDS["two classes side by side"].data[:-300],
    "bytes changed": TEXTS[:1000] + bytes(400) + TEXTS[1400:],
    "NUL in a class": b"\n" * 5000 + "STT;Họ tên;Lớp;SĐT\n1;An;6A\x001;0912345678\n".encode(),
    "nothing but a heading": "STT;Họ tên;Lớp\n1;An;6A1\n".encode(),
} | {name: REFUSED[name][0]() for name in ("entities that grow", "forty million merged cells", "20,001 pupils")}


@pytest.fixture
async def office(engines: Engines, master: MasterKey) -> Office:
    return Office(engines, master, await make_world(engines.owner, master))


@pytest.mark.parametrize("kind", SPOILED)
async def test_a_spoiled_file_leaves_its_reason_and_nothing_else(office: Office, engines: Engines, kind: str) -> None:
    public_id = await office.start(SPOILED[kind])
    await office.read(public_id)
    report = await office.report(public_id)
    if report.state == "checked":
        assert kind == "NUL in a class"
        assert report.counts["phones"] == 1
        return
    assert (report.state, report.problems[0].code, report.problems[0].severity) == ("failed", report.failure_code, "error")
    assert report.problems[0].message
    left = {table: await office.count(table) for table in TABLES}
    if report.failure_code == "import.no_contact_column":  # a person may say which column it is
        left.pop("import_files")
        left.pop("import_columns")
    assert set(left.values()) == {0}
    async with engines.owner.connect() as conn:
        trail = (await conn.execute(text("SELECT action FROM audit_events ORDER BY id"))).scalars().all()
    assert trail == ["import.started", "import.failed"]
