"""`/bulk`: units and people from an office's own list, all or nothing, and the whole way of a new school by API only."""

import io
import random
import time
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from httpx import Response
from sqlalchemy import text

from service.accounts import permissions_of
from service.rendering import text_workbook
from tests.conftest import Engines
from tests.factories.web import Site

DEPARTMENT, OFFICE, SCHOOL = "sgddt-dongnai", "vhxh-an-phuoc", "nbk-thcs"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNIT_HEADINGS = ("Mã đơn vị", "Tên đơn vị", "Cấp", "Trực thuộc", "Từ ngày")
ACCOUNT_HEADINGS = ("Mã đơn vị", "Họ và tên", "Email", "Vai trò")
Rows = Sequence[tuple[str, ...]]
UNITS = [
    ("mn-hoa-sen", "Trường Mầm non Hoa Sen", "trường", "vhxh-long-thanh", "01/08/2026"),
    ("vhxh-long-thanh", "Phòng Văn hóa - Xã hội xã Long Thành", "phòng", DEPARTMENT, ""),
    ("thpt-long-thanh", "Trường THPT Long Thành", "THPT", DEPARTMENT, "2026-08-01"),
]
PEOPLE = [
    (SCHOOL, "Nguyễn Thị Lan", "lan@nbk.edu.vn", "văn thư"),
    (SCHOOL, "Trần Văn Minh", "minh@nbk.edu.vn", "Hiệu trưởng, phụ trách dữ liệu"),
    ("lqd-th", "Lê Thu Hà", "ha@lqd.edu.vn", "clerk; administrator"),
]


def workbook(headings: tuple[str, ...], rows: Rows) -> bytes:
    return text_workbook("x", headings, rows)


def comma(headings: tuple[str, ...], rows: Rows) -> bytes:
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in [headings, *rows]).encode()


async def send(site: Site, kind: str, data: bytes, *, dry_run: bool = False, unit: str = DEPARTMENT, **more: Any) -> Response:
    who = {"unit": unit, "role": "administrator"} | more
    form = {"dry_run": "true"} if dry_run else {}
    return await site.call("POST", f"/bulk/{kind}", files={"file": ("list", data)}, data=form, **who)


async def counts(engines: Engines, *tables: str) -> list[int]:
    async with engines.owner.connect() as conn:
        return [(await conn.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() for table in tables]


def said(answer: Response) -> list[tuple[int, str, str]]:
    return [(each["row"], each["column"], each["code"]) for each in answer.json()["problems"]]


async def test_units_are_made_whatever_their_order_and_the_same_list_changes_nothing(site: Site, engines: Engines) -> None:
    data = workbook(UNIT_HEADINGS, UNITS)
    before = await counts(engines, "units", "unit_versions", "unit_closure")
    tried = await send(site, "units", data, dry_run=True)
    assert (tried.status_code, tried.json()) == (200, {"rows": 3, "created": 0, "unchanged": 0, "problems": []})
    assert await counts(engines, "units", "unit_versions", "unit_closure") == before

    made = await send(site, "units", data)
    assert (made.status_code, made.json()) == (201, {"rows": 3, "created": 3, "unchanged": 0, "problems": []})
    again = await send(site, "units", data)
    assert (again.status_code, again.json()["created"], again.json()["unchanged"]) == (201, 0, 3)
    listed = await site.call("GET", "/units", unit=DEPARTMENT, role="officer")
    kinder = {each["code"]: each for each in listed.json()["items"]}["mn-hoa-sen"]
    assert kinder == {
        "code": "mn-hoa-sen",
        "name": "Trường Mầm non Hoa Sen",
        "level": "school",
        "parent": "vhxh-long-thanh",
        "valid_from": "2026-08-01",
        "valid_to": None,
    }
    trail = text("SELECT count(*) FROM audit_events WHERE action = 'unit.created' AND account_id = :who AND unit_id = :unit")
    async with engines.owner.connect() as conn:
        who = site.world.actor(DEPARTMENT, "administrator")
        assert (await conn.execute(trail, {"who": who.account_id, "unit": who.unit_id})).scalar_one() == 3


async def test_the_tree_of_a_list_is_the_tree_of_units_made_one_by_one(site: Site, engines: Engines) -> None:
    offices = [(f"xa-{n}", f"Xã số {n}", "xã", DEPARTMENT, "") for n in range(5)]
    schools = [(f"th-{n}", f"Trường số {n}", "trường", random.Random(n).choice(offices)[0], "") for n in range(20)]
    rows = offices + schools
    random.Random(7).shuffle(rows)
    assert (await send(site, "units", comma(UNIT_HEADINGS, rows))).json()["created"] == 25

    parents = {code: parent for code, _, _, parent, _ in rows} | {SCHOOL: OFFICE, "lqd-th": OFFICE, OFFICE: DEPARTMENT}
    expected = set()
    for code in [*parents, DEPARTMENT]:
        above, depth = code, 0
        while above:
            expected.add((above, code, depth))
            above, depth = parents.get(above, ""), depth + 1
    async with engines.owner.connect() as conn:
        closure = await conn.execute(
            text(
                "SELECT a.code, d.code, c.depth FROM unit_closure c JOIN units a ON a.id = c.ancestor_id"
                " JOIN units d ON d.id = c.descendant_id"
            )
        )
        assert {tuple(row) for row in closure} == expected


async def test_every_row_that_cannot_be_is_named_and_nothing_is_made(site: Site, engines: Engines) -> None:
    rows = [
        ("ok-school", "Trường Tốt", "trường", OFFICE, ""),
        ("Có dấu", "Trường Mã Sai", "trường", OFFICE, ""),
        ("ok-school", "Trường Lặp", "trường", OFFICE, ""),
        ("no-level", "Trường Không Cấp", "đội", OFFICE, ""),
        ("no-parent", "Trường Mồ Côi", "trường", "nowhere", ""),
        ("under-school", "Trường Dưới Trường", "trường", SCHOOL, ""),
        ("a-link", "Trường vietcombank.com", "trường", OFFICE, ""),
        ("a-day", "Trường Sai Ngày", "trường", OFFICE, "31/02/2026"),
        (SCHOOL, "Tên Khác", "trường", OFFICE, ""),
        ("empty-parent", "Trường Trống", "trường", "", ""),
        ("ring-1", "Xã Một", "xã", "ring-2", ""),
        ("ring-2", "Xã Hai", "xã", "ring-1", ""),
    ]
    before = await counts(engines, "units")
    refused = await send(site, "units", workbook(UNIT_HEADINGS, rows))

    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "bulk.rows"
    assert (refused.json()["rows"], refused.json()["created"]) == (12, 0)
    assert said(refused) == [
        (3, "Mã đơn vị", "unit.code_shape"),
        (4, "Mã đơn vị", "bulk.repeated"),
        (5, "Cấp", "bulk.level"),
        (6, "Trực thuộc", "unit.unknown"),
        (7, "Trực thuộc", "unit.parent_level"),
        (8, "Tên đơn vị", "unit.name_forbidden"),
        (9, "Từ ngày", "field.date"),
        (10, "Mã đơn vị", "bulk.unit_differs"),
        (11, "Trực thuộc", "field.missing"),
        (12, "Trực thuộc", "unit.parent_level"),
        (13, "Trực thuộc", "unit.parent_level"),
    ]
    assert await counts(engines, "units") == before
    tried = await send(site, "units", workbook(UNIT_HEADINGS, rows), dry_run=True)
    assert (tried.status_code, said(tried)) == (200, said(refused))


async def test_an_office_makes_units_below_itself_only(site: Site) -> None:
    beside = [("moi", "Trường Mới", "trường", DEPARTMENT, ""), ("lqd-th", "Trường Trùng", "trường", SCHOOL, "")]
    refused = await send(site, "units", workbook(UNIT_HEADINGS, beside[:1]), unit=OFFICE)
    assert said(refused) == [(2, "Trực thuộc", "unit.unknown")]
    taken = await send(site, "units", workbook(UNIT_HEADINGS, beside[1:]), unit=SCHOOL)
    assert said(taken) == [(2, "Mã đơn vị", "unit.exists")]
    assert (await send(site, "units", workbook(UNIT_HEADINGS, beside), role="clerk")).status_code == 403


async def test_people_are_made_with_an_invitation_each_and_the_same_list_changes_nothing(site: Site, engines: Engines) -> None:
    data = comma(ACCOUNT_HEADINGS, PEOPLE)
    tried = await send(site, "accounts", data, dry_run=True)
    assert (tried.status_code, tried.json()["rows"], tried.json()["created"], tried.json()["problems"]) == (200, 3, 0, [])

    made = (await send(site, "accounts", data)).json()

    assert (made["created"], made["unchanged"], made["problems"]) == (3, 0, [])
    assert [each["row"] for each in made["invitations"]] == [2, 3, 4]
    assert len({each["invitation"] for each in made["invitations"]}) == 3
    again = (await send(site, "accounts", data)).json()
    assert (again["created"], again["unchanged"], again["invitations"]) == (0, 3, [])
    listed = (await site.call("GET", "/accounts", role="administrator", params={"unit": SCHOOL})).json()["items"]
    people = {each["name"]: each for each in listed}
    assert people["Trần Văn Minh"]["roles"] == ["approver", "data_protection_lead"]
    assert people["Trần Văn Minh"]["email"] == "m•••@nbk.edu.vn"
    async with engines.owner.connect() as conn:
        trail = await conn.execute(
            text(
                "SELECT u.code, e.action, count(*) FROM audit_events e JOIN units u ON u.id = e.unit_id"
                " WHERE e.account_id = :who GROUP BY 1, 2 ORDER BY 1, 2"
            ),
            {"who": site.world.actor(DEPARTMENT, "administrator").account_id},
        )
        assert [tuple(row) for row in trail] == [
            ("lqd-th", "account.created", 1),
            ("lqd-th", "invitation.made", 1),
            (SCHOOL, "account.created", 2),
            (SCHOOL, "invitation.made", 2),
        ]
        everything = str((await conn.execute(text("SELECT a::text, i::text FROM accounts a, invitations i"))).all())
        everything += str((await conn.execute(text("SELECT details FROM audit_events"))).all())
    assert not [cell for row in PEOPLE for cell in row[1:3] if cell in everything]


async def test_the_invitations_come_as_a_workbook_of_text(site: Site) -> None:
    rows = [*PEOPLE, (SCHOOL, "=1+1", "formula@nbk.edu.vn", "văn thư")]
    key = {"Accept": XLSX, "Idempotency-Key": "hand-out"}
    made = await send(site, "accounts", comma(ACCOUNT_HEADINGS, rows), headers=key)

    assert (made.status_code, made.headers["content-type"], made.headers["cache-control"]) == (201, XLSX, "no-store")
    sheet = openpyxl.load_workbook(io.BytesIO(made.content)).active
    assert sheet is not None
    lines = list(sheet.iter_rows(values_only=True))
    assert [line[:4] for line in lines[1:3]] == [
        PEOPLE[0],
        (SCHOOL, "Trần Văn Minh", "minh@nbk.edu.vn", "người duyệt, phụ trách dữ liệu"),
    ]
    assert lines[4][1] == "=1+1"
    assert all(cell.data_type == "s" for row in sheet.iter_rows() for cell in row)
    redeemed = await site.client.post("/api/v1/invitations/redeem", json={"token": lines[1][4], "password": "một mật khẩu dài"})
    assert redeemed.status_code == 201
    repeated = await send(site, "accounts", comma(ACCOUNT_HEADINGS, rows), headers=key)
    assert (repeated.json()["created"], repeated.json()["invitations"]) == (4, None)


async def test_every_person_that_cannot_be_is_named_without_a_value_and_nobody_is_made(site: Site, engines: Engines) -> None:
    assert (await send(site, "accounts", comma(ACCOUNT_HEADINGS, PEOPLE))).status_code == 201
    rows = [
        (SCHOOL, "Tốt", "tot@nbk.edu.vn", "văn thư"),
        (SCHOOL, "Email Sai", "khong-phai-email", "văn thư"),
        (SCHOOL, "", "trong@nbk.edu.vn", "văn thư"),
        (SCHOOL, "Vai Trò Sai", "vua@nbk.edu.vn", "văn thư, vua"),
        (SCHOOL, "Lặp", "TOT@nbk.edu.vn", "văn thư"),
        ("nowhere", "Không Đơn Vị", "dau@nbk.edu.vn", "văn thư"),
        (SCHOOL, "Nguyễn Thị Lan", "lan@nbk.edu.vn", "văn thư, quản trị"),
        (SCHOOL, "Lê Thu Hà", "ha@lqd.edu.vn", "văn thư"),
    ]
    before = await counts(engines, "accounts", "invitations")
    refused = await send(site, "accounts", comma(ACCOUNT_HEADINGS, rows))
    assert (refused.status_code, refused.json()["code"]) == (422, "bulk.rows")
    assert said(refused) == [
        (3, "Email", "email.invalid"),
        (4, "Họ và tên", "field.too_short"),
        (5, "Vai trò", "bulk.roles"),
        (6, "Email", "bulk.repeated"),
        (7, "Mã đơn vị", "unit.unknown"),
        (8, "Email", "bulk.account_differs"),
        (9, "Email", "bulk.account_differs"),
    ]
    assert "khong-phai-email" not in refused.text
    assert await counts(engines, "accounts", "invitations") == before


async def test_a_schools_administrator_makes_people_of_that_school_only(site: Site, engines: Engines) -> None:
    assert (await send(site, "accounts", comma(ACCOUNT_HEADINGS, PEOPLE[2:]))).status_code == 201
    beyond = [(unit, "Ai Đó", f"ai-do@{unit}.vn", "officer") for unit in (DEPARTMENT, OFFICE, "lqd-th")]
    for dry_run in (True, False):
        rows = [*beyond, (SCHOOL, "Lê Thu Hà", "ha@lqd.edu.vn", "clerk")]
        refused = await send(site, "accounts", comma(ACCOUNT_HEADINGS, rows), unit=SCHOOL, dry_run=dry_run)
        assert said(refused) == [
            *((row, "Mã đơn vị", "unit.unknown") for row in (2, 3, 4)),
            (5, "Email", "account.email_taken"),
        ]
    async with engines.owner.connect() as conn:
        told = text(
            "SELECT details ->> 'emails' FROM audit_events WHERE action = 'account.emails_told_taken' AND unit_id = :unit"
        )
        assert list((await conn.execute(told, {"unit": site.world.units[SCHOOL]})).scalars()) == ["1", "1"]
    for role in ("clerk", "approver", "officer", "data_protection_lead"):
        assert (await send(site, "accounts", comma(ACCOUNT_HEADINGS, PEOPLE), role=role)).status_code == 403


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import.unreadable"),
        (b"\x00\x01\x02", "import.unreadable"),
        (b"%PDF-1.7", "import.unreadable"),
        (workbook(UNIT_HEADINGS, UNITS)[:-300], "import.unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "import.password_protected"),
        (b"a,b,c\n1,2,3\n", "bulk.no_heading"),
        ("Mã đơn vị,Tên đơn vị\nx,y\n".encode(), "request.invalid"),
        ("Mã đơn vị,Tên đơn vị,Cấp,Trực thuộc\n".encode() + b"x,y,z,w\n" * 5001, "bulk.too_many_rows"),
        (b'"' + b"x" * 200_000, "import.unreadable"),
        (b"x" * (11 * 1024 * 1024), "import.too_large"),
    ],
    ids=["empty", "binary", "pdf", "cut", "locked", "no heading", "columns missing", "long", "open quote", "large"],
)
@pytest.mark.parametrize("kind", ["units", "accounts"])
async def test_a_file_that_is_no_list_gets_a_sentence_and_leaves_nothing(
    site: Site, engines: Engines, kind: str, data: bytes, code: str
) -> None:
    before = await counts(engines, "units", "accounts", "audit_events")
    refused = await send(site, kind, data)
    assert refused.status_code in (413, 422)
    assert refused.json()["code"] == code
    assert await counts(engines, "units", "accounts", "audit_events") == before


async def test_the_templates_hold_what_is_read_and_their_example_is_never_made(site: Site) -> None:
    for kind in ("units", "accounts"):
        got = await site.call("GET", f"/bulk/{kind}/template.xlsx", unit=DEPARTMENT, role="administrator")
        assert (got.status_code, got.headers["content-type"]) == (200, XLSX)
        plain = await site.call(
            "GET",
            f"/bulk/{kind}/template.xlsx",
            unit=DEPARTMENT,
            role="administrator",
            headers={"Accept": "application/octet-stream"},
        )
        assert (plain.status_code, plain.headers["content-type"]) == (200, "application/octet-stream")
        assert plain.headers["content-disposition"] == got.headers["content-disposition"]
        sent = await send(site, kind, got.content)
        assert [(row, code) for row, _, code in said(sent)] == [(2, "unit.unknown")]
        assert (await site.call("GET", f"/bulk/{kind}/template.xlsx", role="clerk")).status_code == 403


async def test_a_citys_units_and_people_take_seconds(site: Site) -> None:
    units = [(f"xa-{n}", f"Ủy ban nhân dân xã {n}", "xã", DEPARTMENT, "") for n in range(95)]
    units += [(f"truong-{n}", f"Trường Tiểu học số {n}", "trường", f"xa-{n % 95}", "") for n in range(1300)]
    people = [(f"truong-{n % 1300}", f"Nguyễn Văn {n}", f"nguoi.{n}@truong-{n % 1300}.edu.vn", "văn thư") for n in range(4200)]
    began = time.perf_counter()
    made = (await send(site, "units", workbook(UNIT_HEADINGS, units[::-1]))).json()
    invited = await send(site, "accounts", workbook(ACCOUNT_HEADINGS, people), headers={"Accept": XLSX})
    ended = time.perf_counter()
    assert (made["created"], invited.status_code) == (1395, 201)
    assert ended - began < 30


async def test_a_new_school_is_brought_in_by_api_only(site: Site) -> None:
    """The department's administrator makes the school and its three people;
    each comes in by themselves and acts for the school.
    """
    new = [("tvo-thcs", "Trường THCS Trần Văn Ơn", "trường", OFFICE, "")]
    assert (await send(site, "units", workbook(UNIT_HEADINGS, new))).status_code == 201
    staff = [
        ("tvo-thcs", "Lý Thị Thư", "thu@tvo.edu.vn", "văn thư"),
        ("tvo-thcs", "Hồ Văn Trưởng", "truong@tvo.edu.vn", "hiệu trưởng"),
        ("tvo-thcs", "Đỗ Thị Liệu", "lieu@tvo.edu.vn", "phụ trách dữ liệu"),
    ]
    invited = (await send(site, "accounts", workbook(ACCOUNT_HEADINGS, staff))).json()["invitations"]
    keys = []
    for each in invited:
        body = {"token": each["invitation"], "password": f"mật khẩu của {each['row']}"}
        came = await site.client.post("/api/v1/invitations/redeem", json=body)
        assert came.status_code == 201
        keys.append(came.json())
    for came, role in zip(keys, ("clerk", "approver", "data_protection_lead"), strict=True):
        assert (came["unit"], came["roles"], came["scopes"]) == ("tvo-thcs", [role], sorted(permissions_of([role])))

    clerk = {"Authorization": f"Bearer {keys[0]['api_key']}"}
    listed = await site.client.get("/api/v1/units", headers=clerk)
    assert [each["code"] for each in listed.json()["items"]] == ["tvo-thcs"]
    for method, path in (("GET", "/accounts"), ("GET", "/bulk/units/template.xlsx"), ("POST", "/units")):
        denied = await site.client.request(method, f"/api/v1{path}", headers=clerk, json={} if method == "POST" else None)
        assert denied.status_code in (403, 422), path
        assert denied.json()["code"] in ("auth.scope", "request.invalid")
