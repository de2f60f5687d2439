"""A school's list from upload to the unit's list, by the people who may, and what is refused on the way."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contact_registry.present import Applied
from contact_registry.sealing import MasterKey
from service.actors import Actor
from service.clock import school_year_of
from service.contacts import ImportReport, apply_import, import_report, locate_import, read_import, start_import
from service.database import act_for, unit_transaction
from service.errors import Conflict, Forbidden, Invalid, LoaError, NotFound, TooLarge
from tests.conftest import Engines
from tests.factories.lists import xlsx
from tests.factories.world import World, make_world

NOW = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
SAMPLES = Path(__file__).parents[3] / "service/standalone/samples"
LIST = "STT;Họ tên;Lớp;SĐT;Ngày sinh\n1;Đặng Ánh;6A1;0912345678;01/02/2015\n2;Lê Bình;6A1;0912;02/03/2015\n".encode()


@pytest.fixture
async def world(engines: Engines, master: MasterKey) -> World:
    return await make_world(engines.owner, master)


class Office:
    """What the API and the job around the use cases do."""

    def __init__(self, engines: Engines, master: MasterKey, world: World) -> None:
        self.engines, self.master, self.world = engines, master, world

    async def start(self, data: bytes = LIST, *, actor: Actor | None = None, dry_run: bool = False) -> UUID:
        unit = self.world.units["nbk-thcs"]
        async with unit_transaction(self.engines.web, unit) as conn:
            return await start_import(
                conn,
                actor or self.world.actor(),
                unit_id=unit,
                data=data,
                dry_run=dry_run,
                master=self.master,
                now=NOW,
            )

    async def inside(self, public_id: UUID) -> int:
        async with unit_transaction(self.engines.web, self.world.units["nbk-thcs"]) as conn:
            return (await locate_import(conn, public_id)).id

    async def read(self, public_id: UUID) -> None:
        inside = await self.inside(public_id)
        async with unit_transaction(self.engines.worker, self.world.units["nbk-thcs"]) as conn:
            await read_import(conn, inside, master=self.master, now=NOW)

    async def apply(self, public_id: UUID, *, actor: Actor | None = None) -> Applied:
        inside = await self.inside(public_id)
        async with unit_transaction(self.engines.web, self.world.units["nbk-thcs"]) as conn:
            return await apply_import(conn, actor or self.world.actor(), import_id=inside, master=self.master, now=NOW)

    async def report(self, public_id: UUID, language: str = "vi") -> ImportReport:
        async with unit_transaction(self.engines.web, self.world.units["nbk-thcs"]) as conn:
            return await import_report(conn, public_id, language=language)

    async def count(self, table: str) -> int:
        async with self.engines.owner.connect() as conn:
            return int((await conn.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


@pytest.fixture
def office(engines: Engines, master: MasterKey, world: World) -> Office:
    return Office(engines, master, world)


async def test_a_list_goes_from_upload_to_the_units_list(office: Office) -> None:
    public_id = await office.start()
    report = await office.report(public_id)
    assert (report.state, report.unit, report.counts["rows"], report.problems) == ("reading", "nbk-thcs", 0, ())

    await office.read(public_id)
    report = await office.report(public_id, "en")
    assert report.state == "checked"
    assert report.counts == {
        "rows": 2, "contacts": 1, "phones": 1, "emails": 0, "to_fix": 1, "without_contact": 1, "duplicates": 0,
        "left_out": [{"sheet": None, "reason": "header", "rows": (1,), "total": 1, "message": "column headings"}],
    }  # fmt: skip
    assert report.dropped_columns == ("Ngày sinh",)
    assert [(p.row, p.column, p.code, p.severity) for p in report.problems] == [
        (1, "Ngày sinh", "column.dropped", "information"),
        (3, "SĐT", "phone.too_short", "error"),
        (3, None, "contact.none", "error"),
    ]
    assert all(p.message for p in report.problems)

    assert await office.apply(public_id) == Applied(added=1, kept=0, ended=0, contacts=1)
    assert (await office.report(public_id)).state == "applied"
    assert await office.count("contact_points WHERE ended_by IS NULL") == 1
    assert await office.count("import_rows") == 0


async def test_the_file_is_sealed_while_it_waits_and_gone_once_applied(office: Office) -> None:
    public_id = await office.start()
    assert await office.count("import_files") == 1
    assert await office.count("import_files AS f WHERE position('0912345678'::bytea IN f.sealed) > 0") == 0
    await office.read(public_id)
    assert await office.count("import_files") == 1, "it may have to be read again, with other meanings"
    await office.apply(public_id)
    assert await office.count("import_files") + await office.count("import_rows") + await office.count("import_columns") == 0


async def test_a_number_where_a_class_or_a_sheets_name_should_stand_is_not_kept_in_the_open(office: Office) -> None:
    head = ["STT", "Họ tên", "Lớp", "SĐT"]
    misplaced = ["6A1 0987654321", "0987 654 321", "6A1 me@example.com", "+84987654321"]
    public_id = await office.start(
        xlsx({"Lớp 6A1 cô Lan 0987.654.321": [head, *([n, "An", each, f"091234567{n}"] for n, each in enumerate(misplaced, 1))]})
    )
    await office.read(public_id)
    report = await office.report(public_id)
    assert [(p.sheet, p.row, p.code) for p in report.problems] == [
        ("Lớp 6A1 cô Lan …", row, "class.damaged") for row in range(2, 6)
    ]
    await office.apply(public_id)
    for table in ("import_problems", "import_rows", "enrolments", "contacts", "audit_events"):
        assert await office.count(f"{table} AS t WHERE t::text ~ '654.?321|example'") == 0, table


async def test_reading_is_asked_for_in_the_same_transaction_and_twice_is_once(office: Office) -> None:
    public_id = await office.start()
    assert await office.count("outbox WHERE lane = 'bulk'") == 1
    await office.read(public_id)
    await office.read(public_id)
    assert await office.count("import_rows") == 2
    assert await office.count("audit_events WHERE action IN ('import.started', 'import.checked')") == 2


async def test_every_deed_leaves_a_mark_without_a_person_in_it(office: Office) -> None:
    public_id = await office.start()
    await office.read(public_id)
    await office.apply(public_id)
    assert await office.count("audit_events") == 3
    assert await office.count("audit_events WHERE subject_id = '" + str(public_id) + "' AND subject_kind = 'import'") == 3
    assert (
        await office.count(
            "audit_events AS e WHERE e::text LIKE '%91234%' OR e::text LIKE '%Đặng%' OR e::text LIKE '%danh sach%'"
        )
        == 0
    )
    assert await office.count("outbox AS o WHERE o::text LIKE '%91234%'") == 0


async def test_a_dry_run_keeps_its_report_only(office: Office) -> None:
    public_id = await office.start(dry_run=True)
    await office.read(public_id)
    report = await office.report(public_id)
    assert (report.state, report.dry_run, report.counts["rows"]) == ("checked", True, 2)
    assert await office.count("import_rows") == 0
    with pytest.raises(Conflict, match=r"import\.dry_run"):
        await office.apply(public_id)


async def test_a_list_that_cannot_be_used_says_why(office: Office) -> None:
    public_id = await office.start("STT;Họ tên;Lớp\n1;A B;6A1\n".encode())
    await office.read(public_id)
    report = await office.report(public_id)
    assert (report.state, report.failure_code) == ("failed", "import.no_contact_column")
    assert [p.code for p in report.problems] == ["import.no_contact_column"]
    assert report.problems[0].message
    with pytest.raises(Conflict, match=r"import\.not_allowed_in_state"):
        await office.apply(public_id)


@pytest.mark.parametrize(
    ("data", "error", "code"),
    [
        (b"%PDF-1.7", Invalid, "import.unreadable"),
        (b"", Invalid, "import.unreadable"),
        (b"x" * (10 * 1024 * 1024 + 1), TooLarge, "import.too_large"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), Invalid, "import.password_protected"),
    ],
)
async def test_what_is_plainly_no_list_is_refused_at_once_and_changes_nothing(
    office: Office, data: bytes, error: type[LoaError], code: str
) -> None:
    with pytest.raises(error) as refused:
        await office.start(data)
    assert refused.value.code == code
    assert await office.count("imports") == await office.count("import_files") == await office.count("outbox") == 0


async def test_only_who_may_imports(office: Office, world: World) -> None:
    approver = world.actor(role="approver")
    with pytest.raises(Forbidden):
        await office.start(actor=approver)
    public_id = await office.start()
    await office.read(public_id)
    with pytest.raises(Forbidden):
        await office.apply(public_id, actor=approver)


async def test_a_list_is_applied_once(office: Office) -> None:
    public_id = await office.start()
    with pytest.raises(Conflict, match=r"import\.not_allowed_in_state"):
        await office.apply(public_id)
    await office.read(public_id)
    await office.apply(public_id)
    before = [await office.count(table) for table in ("contacts", "contact_points", "enrolments", "audit_events")]
    with pytest.raises(Conflict, match=r"import\.not_allowed_in_state"):
        await office.apply(public_id)
    assert [await office.count(table) for table in ("contacts", "contact_points", "enrolments", "audit_events")] == before


async def test_another_school_never_learns_that_an_import_exists(office: Office, engines: Engines, world: World) -> None:
    public_id = await office.start()
    async with unit_transaction(engines.web, world.units["lqd-th"]) as conn:
        with pytest.raises(NotFound):
            await locate_import(conn, public_id)
        with pytest.raises(NotFound):
            await import_report(conn, public_id, language="vi")
        with pytest.raises(NotFound):
            await locate_import(conn, uuid4())


async def test_an_officer_above_finds_it(office: Office, engines: Engines, world: World) -> None:
    public_id = await office.start()
    async with unit_transaction(engines.web, world.units["sgddt-dongnai"], subtree=True) as conn:
        place = await locate_import(conn, public_id)
        assert place.unit_id == world.units["nbk-thcs"]
        await act_for(conn, place.unit_id)
        assert (await import_report(conn, public_id, language="vi")).unit == "nbk-thcs"


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir()))
async def test_the_samples_are_stored_and_applied_whole(office: Office, name: str) -> None:
    public_id = await office.start((SAMPLES / name).read_bytes())
    await office.read(public_id)
    report = await office.report(public_id)
    applied = await office.apply(public_id)
    assert applied.added == report.counts["phones"] + report.counts["emails"]
    assert applied.contacts == report.counts["contacts"]


def test_school_years() -> None:
    assert school_year_of(datetime(2026, 6, 30, 16, 0, tzinfo=UTC)) == "2025-2026"
    assert school_year_of(datetime(2026, 6, 30, 18, 0, tzinfo=UTC)) == "2026-2027"
