"""Between reading a list and applying it: what a clerk sees, corrects and is asked."""

import io
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from httpx import Response
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.contacts import locate_import, read_import
from service.database import unit_transaction
from tests.conftest import Engines
from tests.factories.lists import in_vni, xlsx
from tests.factories.web import Site

HEAD = "STT,Họ và tên,Lớp,SĐT mẹ,Email"
GOOD = "1,Nguyễn Văn An,6A1,0912345678,an@example.com"
BAD = "2,Trần Thị Bình,6A1,09123,"

Taken = Callable[..., Awaitable[str]]


@pytest.fixture
def taken(site: Site, engines: Engines, master: MasterKey) -> Taken:
    """Uploads a list and has it read; its path."""

    async def take(*lines: str, head: str = HEAD, data: bytes | None = None, **fields: str) -> str:
        file = {"file": ("list", data or "\n".join((head, *lines)).encode())}
        made = await site.call("POST", "/imports", files=file, data={"unit": "nbk-thcs"} | fields)
        assert made.status_code == 202, made.text
        await read_again(site, engines, master, made.json()["id"])
        return f"/imports/{made.json()['id']}"

    return take


async def read_again(site: Site, engines: Engines, master: MasterKey, public_id: str) -> None:
    async with unit_transaction(engines.worker, site.world.units["nbk-thcs"]) as conn:
        place = await locate_import(conn, UUID(public_id))
        await read_import(conn, place.id, master=master, now=site.clock())


def refused(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_only_a_cell_with_an_error_is_shown_whole(site: Site, taken: Taken) -> None:
    path = await taken(GOOD, BAD)
    to_fix = (await site.call("GET", f"{path}/rows")).json()["items"]
    assert [(row["position"], row["row"], row["pupil"], row["class"]) for row in to_fix] == [(1, 3, "Trần Thị Bình", "6A1")]
    assert {cell["column"]: (cell["value"], cell["masked"]) for cell in to_fix[0]["cells"]}["SĐT mẹ"] == ("09123", False)
    answer = await site.call("GET", f"{path}/rows", params={"only": "all"})
    first = {cell["column"]: (cell["value"], cell["masked"]) for cell in answer.json()["items"][0]["cells"]}
    assert (first["SĐT mẹ"], first["Email"]) == (("+84•••••678", True), ("a•••@example.com", True))
    assert answer.headers["cache-control"] == "no-store"
    assert (await site.call("GET", f"{path}/rows", role="approver")).status_code == 403


async def test_rows_come_page_by_page(site: Site, taken: Taken) -> None:
    path = await taken(*(f"{n},An {n},6A1,0912," for n in range(1, 6)))
    seen, cursor = [], None
    while True:
        page = (await site.call("GET", f"{path}/rows", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [row["position"] for row in page["items"]]
        if not (cursor := page["next"]):
            break
    assert seen == [0, 1, 2, 3, 4]


async def test_a_cell_is_corrected_and_the_counts_follow(site: Site, taken: Taken) -> None:
    path = await taken(GOOD, BAD)
    report = (await site.call("GET", path)).json()
    assert report["counts"]["to_fix"] == 1
    assert report["summary"] == "2 học sinh, 1 số và 1 email gửi được, 1 dòng cần sửa, 1 học sinh chưa có số hay email."
    answer = await site.call("PATCH", f"{path}/rows/1", json={"cells": {"SĐT mẹ": "0987 654 321"}})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["counts"]["to_fix"], answer.json()["counts"]["phones"], answer.json()["problems"]) == (0, 2, [])
    applied = await site.call("POST", f"{path}/apply")
    assert applied.json()["state"] == "applied"
    counted = await site.call("POST", "/audiences/count", json={"unit": "nbk-thcs", "channels": ["sms"]})
    assert counted.json()["by_channel"] == {"sms": 2}


async def test_no_answer_that_is_kept_holds_a_number(site: Site, taken: Taken, engines: Engines) -> None:
    path = await taken(GOOD, BAD)
    headers = {"Idempotency-Key": "once"}
    for _ in range(2):
        answer = await site.call("PATCH", f"{path}/rows/1", json={"cells": {"SĐT mẹ": "0987654321"}}, headers=headers)
        assert answer.status_code == 200
    async with engines.owner.connect() as conn:
        kept = (await conn.execute(text("SELECT response::text FROM idempotency_keys"))).scalars().all()
        trail = (await conn.execute(text("SELECT details::text FROM audit_events"))).scalars().all()
    assert kept
    assert not [each for each in [*kept, *trail] if "987654321" in each or "Bình" in each]


@pytest.mark.parametrize(
    ("position", "cells", "code"),
    [
        (1, {"CCCD": "075012345678"}, (422, "request.invalid")),
        (9, {"SĐT mẹ": "0987654321"}, (404, "import.row_unknown")),
        (-1, {"SĐT mẹ": "0987654321"}, (404, "import.row_unknown")),
    ],
)
async def test_a_correction_that_cannot_be_changes_nothing(
    site: Site, taken: Taken, position: int, cells: dict[str, str], code: tuple[int, str]
) -> None:
    path = await taken(GOOD, BAD)
    before = (await site.call("GET", path)).json()
    assert refused(await site.call("PATCH", f"{path}/rows/{position}", json={"cells": cells})) == code
    assert (await site.call("GET", path)).json() == before


def cells_of(data: bytes) -> list[list[Any]]:
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True)]


async def test_the_bad_rows_go_out_as_a_workbook_and_come_back_corrected(site: Site, taken: Taken) -> None:
    path = await taken(GOOD, BAD, '3,"=HYPERLINK(""http://x"")",6A1,0913,')
    answer = await site.call("GET", f"{path}/rows-to-fix")
    assert answer.headers["cache-control"] == "no-store"
    workbook = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = workbook.worksheets[0]
    assert [cell.data_type for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")] == ["s"]
    lines = cells_of(answer.content)
    assert lines[0][:2] == ["Trang tính", "Dòng"]
    assert [line[1] for line in lines[1:]] == ["3", "4"], "only the bad rows"
    column = lines[0].index("SĐT mẹ") + 1
    sheet.cell(2, column).value = "0987654321"
    sheet.cell(3, column).value = 977000111  # typed anew as a number, the zero lost
    made = io.BytesIO()
    workbook.save(made)
    corrected = await site.call("POST", f"{path}/corrections", files={"file": ("can-sua.xlsx", made.getvalue())})
    assert corrected.status_code == 200, corrected.text
    assert (corrected.json()["counts"]["to_fix"], corrected.json()["counts"]["phones"]) == (0, 3)


async def test_two_pupils_in_one_row_are_corrected_each_by_itself(site: Site, taken: Taken) -> None:
    path = await taken("1,An,6A1,0912,2,Bình,6A2,0913", head="STT,Họ tên,Lớp,SĐT,STT,Họ tên,Lớp,SĐT")
    workbook = openpyxl.load_workbook(io.BytesIO((await site.call("GET", f"{path}/rows-to-fix")).content))
    sheet = workbook.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    sheet.cell(2, headings.index("SĐT") + 1).value = "0912345678"
    sheet.cell(3, headings.index("SĐT (2)") + 1).value = "0987654321"
    workbook.save(made := io.BytesIO())
    corrected = await site.call("POST", f"{path}/corrections", files={"file": ("can-sua.xlsx", made.getvalue())})
    assert (corrected.json()["counts"]["to_fix"], corrected.json()["counts"]["phones"]) == (0, 2)
    rows = (await site.call("GET", f"{path}/rows", params={"only": "all"})).json()["items"]
    assert [(row["row"], row["pupil"], row["class"]) for row in rows] == [(2, "An", "6A1"), (2, "Bình", "6A2")]


async def test_a_workbook_may_be_as_large_as_a_list(site: Site, taken: Taken) -> None:
    path = await taken(GOOD, BAD)
    for size, code in ((1024 * 1024, (422, "import.unreadable")), (11 * 1024 * 1024, (413, "import.too_large"))):
        answer = await site.call("POST", f"{path}/corrections", files={"file": ("can-sua.xlsx", b"x" * size)})
        assert refused(answer) == code


async def test_another_list_s_workbook_is_refused_whole(site: Site, taken: Taken) -> None:
    path = await taken(GOOD, BAD)
    workbook = openpyxl.load_workbook(io.BytesIO((await site.call("GET", f"{path}/rows-to-fix")).content))
    workbook.worksheets[0].append(["", "99", "Ai đó", "6A1", "0987654321"])
    made = io.BytesIO()
    workbook.save(made)
    before = (await site.call("GET", path)).json()
    for data, code in ((made.getvalue(), "import.not_its_rows"), (b"x,y\n", "import.unreadable")):
        answer = await site.call("POST", f"{path}/corrections", files={"file": ("can-sua.xlsx", data)})
        assert refused(answer) == (422, code)
    assert (await site.call("GET", path)).json() == before


async def test_a_person_says_which_column_holds_the_numbers_and_the_next_list_knows(
    site: Site, engines: Engines, master: MasterKey, taken: Taken
) -> None:
    head = "STT,Họ và tên,Lớp,Liên lạc"
    path = await taken("1,An,6A1,0912345678", head=head)
    report = (await site.call("GET", path)).json()
    assert (report["state"], report["failure_code"]) == ("failed", "import.no_contact_column")
    seen = {each["heading"]: each for each in (await site.call("GET", f"{path}/columns")).json()["items"]}
    assert (seen["Liên lạc"]["field"], seen["Liên lạc"]["letter"], seen["Liên lạc"]["samples"]) == (
        "unknown",
        "D",
        ["091•••••678"],
    )
    said = {"columns": [{"heading": "Liên lạc", "field": "phone", "role": "mother"}]}
    assert (await site.call("PUT", f"{path}/columns", json=said)).json()["state"] == "reading"
    await read_again(site, engines, master, path.rsplit("/", 1)[1])
    report = (await site.call("GET", path)).json()
    assert (report["state"], report["counts"]["phones"]) == ("checked", 1)
    assert (await site.call("GET", await taken("1,An,6A1,0987654321", head=head))).json()["counts"]["phones"] == 1


async def test_two_columns_of_one_heading_are_given_one_meaning(
    site: Site, engines: Engines, master: MasterKey, taken: Taken
) -> None:
    path = await taken("1,An,6A1,0912345678,0987654321", head="STT,Họ và tên,Lớp,Liên lạc,Liên lạc")
    twice = [{"heading": heading, "field": "phone", "role": "mother"} for heading in ("Liên lạc", "Liên lạc (2)")]
    apart = [twice[0], twice[1] | {"role": "father"}]
    answer = await site.call("PUT", f"{path}/columns", json={"columns": apart})
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [
        ("columns.1.heading", "import.column_said_twice")
    ]
    assert (await site.call("PUT", f"{path}/columns", json={"columns": twice})).status_code == 200
    await read_again(site, engines, master, path.rsplit("/", 1)[1])
    assert (await site.call("GET", path)).json()["counts"]["phones"] == 2


@pytest.mark.parametrize(
    "heading",
    ["Liên lạc (2)", "Cách liên lạc nhanh nhất với gia đình khi nhà trường cần báo tin gấp ngoài giờ học hoặc ngày nghỉ"],
)
async def test_a_column_is_known_by_its_whole_heading(
    site: Site, engines: Engines, master: MasterKey, taken: Taken, heading: str
) -> None:
    path = await taken("1,An,6A1,0912345678", head=f"STT,Họ và tên,Lớp,{heading}")
    said = {"columns": [{"heading": heading, "field": "phone"}]}
    assert (await site.call("PUT", f"{path}/columns", json=said)).status_code == 200
    await read_again(site, engines, master, path.rsplit("/", 1)[1])
    assert (await site.call("GET", path)).json()["counts"]["phones"] == 1


async def test_a_list_without_a_header_is_refused_with_its_columns_and_read_once_they_have_names(
    site: Site, engines: Engines, master: MasterKey, taken: Taken
) -> None:
    path = await taken("Trần Thị Bình,6A1,0912345601", head="Nguyễn Văn An,6A1,0912345600")
    report = (await site.call("GET", path)).json()
    assert (report["state"], report["failure_code"]) == ("failed", "import.no_contact_column")
    assert "A, B, C" in report["problems"][0]["message"]
    seen = (await site.call("GET", f"{path}/columns")).json()["items"]
    assert [(each["letter"], each["heading"], each["row"], each["samples"][0]) for each in seen] == [
        ("A", "Cột A", 1, "N. V. An"),
        ("B", "Cột B", 1, "6A1"),
        ("C", "Cột C", 1, "091•••••600"),
    ]
    named = zip(("Cột A", "Cột B", "Cột C"), ("name", "class", "phone"), strict=True)
    said = {"columns": [{"heading": heading, "field": field} for heading, field in named]}
    assert (await site.call("PUT", f"{path}/columns", json=said)).json()["state"] == "reading"
    await read_again(site, engines, master, path.rsplit("/", 1)[1])
    report = (await site.call("GET", path)).json()
    assert (report["state"], report["counts"]["rows"], report["counts"]["phones"]) == ("checked", 2, 2)
    assert report["counts"]["left_out"] == []
    another = await taken("0912345601,Trần Thị Bình,6A1", head="0912345600,Nguyễn Văn An,6A1")
    assert (await site.call("GET", another)).json()["state"] == "failed", "what was said of other columns is not believed"


async def test_rows_left_out_are_told_with_their_reasons_and_stay_told_when_a_cell_is_corrected(site: Site, taken: Taken) -> None:
    path = await taken(GOOD, BAD, ",GVCN: Cô Lan,,0987654321,", "Tổng: 2,,,,", head=f"DANH SÁCH LỚP 6A1,,,,\n{HEAD}")
    before = (await site.call("GET", path)).json()
    assert [(each["reason"], each["rows"], each["total"]) for each in before["counts"]["left_out"]] == [
        ("title", [1], 1),
        ("header", [2], 1),
        ("note", [5], 1),
        ("total", [6], 1),
    ]
    assert before["counts"]["left_out"][3]["message"] == "dòng tổng cộng"
    assert ("sheet.number_left_out", 5) in [(each["code"], each["row"]) for each in before["problems"]]
    after = (await site.call("PATCH", f"{path}/rows/1", json={"cells": {"SĐT mẹ": "0987654320"}})).json()
    assert after["counts"]["left_out"] == before["counts"]["left_out"]
    assert [each["code"] for each in after["problems"]] == ["sheet.number_left_out"]
    listed = (await site.call("GET", "/imports", params={"unit": "nbk-thcs"})).json()["items"][0]
    assert "left_out" not in listed["counts"]


async def test_names_in_an_old_font_are_shown_to_be_confirmed(site: Site, taken: Taken) -> None:
    names = ["Nguyễn Văn An", "Đặng Hữu Nghĩa", "Lê Quỳnh Như", "Phạm Đức Thảo"]
    path = await taken(*(f"{n},{in_vni(name)},6A1,091234567{n}," for n, name in enumerate(names)))
    found = (await site.call("GET", f"{path}/columns")).json()["legacy_text"]
    assert found["encoding"] == "vni"
    assert [each["read"] for each in found["samples"]] == names
    assert (await site.call("GET", path)).json()["counts"]["phones"] == 4, "a garbled name never holds up a number"


async def test_a_private_column_is_never_given_a_meaning(site: Site, taken: Taken) -> None:
    path = await taken("1,An,6A1,0912345678,075012345678", head="STT,Họ và tên,Lớp,SĐT,CCCD")
    columns = (await site.call("GET", f"{path}/columns")).json()["items"]
    assert next(each["samples"] for each in columns if each["heading"] == "CCCD") == []
    said = {"columns": [{"heading": "CCCD", "field": "phone"}]}
    assert refused(await site.call("PUT", f"{path}/columns", json=said)) == (422, "import.column_must_drop")
    assert (await site.call("GET", path)).json()["state"] == "checked"


async def test_a_deleted_file_is_not_read_again(site: Site, engines: Engines, taken: Taken) -> None:
    path = await taken(GOOD)
    async with engines.owner.begin() as conn:
        await conn.execute(text("DELETE FROM import_files"))
    said = {"columns": [{"heading": "Email", "field": "ignored"}]}
    assert refused(await site.call("PUT", f"{path}/columns", json=said)) == (409, "import.file_gone")


async def test_the_difference_is_told_before_anything_changes(site: Site, taken: Taken) -> None:
    first = await taken(*(f"{n},An {n},6A1,09123456{n:02}," for n in range(1, 6)))
    assert (await site.call("POST", f"{first}/apply")).status_code == 200
    second = await taken("1,An 1,6A1,0912345601,", "2,An 2,6A2,0912345602,", "9,An 9,6A2,0912345609,")
    found = (await site.call("GET", f"{second}/difference")).json()
    assert found["contacts"] == {"added": 1, "gone": 3, "changed": 1, "kept": 1}
    assert (found["present"], found["share_gone"], found["needs_confirmation"]) == (5, 0.6, True)
    assert found["by_class"] == [
        {"class": "6A1", "added": 0, "gone": 3, "changed": 1},
        {"class": "6A2", "added": 1, "gone": 0, "changed": 1},
    ]
    answer = await site.call("POST", f"{second}/apply")
    assert refused(answer) == (409, "import.many_gone")
    assert "3 trong 5" in answer.json()["detail"]
    assert (await site.call("POST", f"{second}/apply", json={"confirm_gone": 3})).json()["state"] == "applied"


async def test_the_latest_list_is_undone_and_only_that(site: Site, taken: Taken) -> None:
    first = await taken("1,An,6A1,0912345678,")
    await site.call("POST", f"{first}/apply")
    second = await taken("1,An,6A1,0912345678,", "2,Bình,6A1,0987654321,")
    await site.call("POST", f"{second}/apply")
    assert refused(await site.call("POST", f"{first}/undo")) == (409, "import.not_latest")
    undone = await site.call("POST", f"{second}/undo")
    assert (undone.status_code, undone.json()["state"]) == (200, "undone")
    counted = await site.call("POST", "/audiences/count", json={"unit": "nbk-thcs", "channels": ["sms"]})
    assert counted.json()["by_channel"] == {"sms": 1}
    for again in ("undo", "apply"):
        assert refused(await site.call("POST", f"{second}/{again}")) == (409, "import.not_allowed_in_state")
    assert (await site.call("POST", f"{first}/undo")).json()["state"] == "undone"


async def test_a_unit_s_lists_are_listed_the_newest_first(site: Site, taken: Taken) -> None:
    made = [await taken(GOOD), await taken("1,Lê Hoa,,0912345678,", audience="staff")]
    page = (await site.call("GET", "/imports", params={"unit": "nbk-thcs", "limit": 1})).json()
    more = (await site.call("GET", "/imports", params={"unit": "nbk-thcs", "cursor": page["next"]})).json()
    listed = [*page["items"], *more["items"]]
    assert [f"/imports/{each['id']}" for each in listed] == made[::-1]
    assert [each["audience"] for each in listed] == ["staff", "parents"]


async def test_a_list_of_one_class_can_be_applied_to_that_class_alone(site: Site, taken: Taken) -> None:
    first = await taken(*(f"{n},An {n},{name},09123456{n:02}," for n, name in enumerate(["6A1", "6A2", "6A2", "7A1"], start=1)))
    assert (await site.call("POST", f"{first}/apply")).status_code == 200
    second = await taken("1,An 1,6A1,0912345601,", "9,An 9,6A1,0912345609,")
    whole = (await site.call("GET", f"{second}/difference")).json()
    assert (whole["contacts"]["gone"], whole["whole_classes_gone"]) == (3, ["6A2", "7A1"])
    refusal = await site.call("POST", f"{second}/apply")
    assert refused(refusal) == (409, "import.many_gone")
    assert "chỉ là danh sách của vài lớp" in refusal.json()["detail"]
    own = (await site.call("GET", f"{second}/difference", params={"only_classes": True})).json()
    assert (own["present"], own["contacts"], own["whole_classes_gone"]) == (
        1,
        {"added": 1, "gone": 0, "changed": 0, "kept": 1},
        [],
    )
    assert (await site.call("POST", f"{second}/apply", json={"only_classes": True})).json()["state"] == "applied"
    third = await taken("1,An 1,6A1,0912345601,")
    assert (await site.call("GET", f"{third}/difference")).json()["present"] == 5
    assert (await site.call("POST", f"{second}/undo")).json()["state"] == "undone"
    assert (await site.call("GET", f"{third}/difference")).json()["present"] == 4


async def test_a_list_without_classes_has_no_classes_of_its_own(site: Site, taken: Taken) -> None:
    path = await taken("1,An,,0912345678,")
    assert refused(await site.call("POST", f"{path}/apply", json={"only_classes": True})) == (409, "import.no_classes")
    assert refused(await site.call("GET", f"{path}/difference", params={"only_classes": True})) == (409, "import.no_classes")


async def test_hidden_rows_are_asked_about_before_they_are_written_to(site: Site, taken: Taken) -> None:
    rows: list[list[object]] = [[*HEAD.split(",")], [1, "An", "6A1", "0912345601", ""], [2, "Bình", "6A1", "09123", ""]]
    data = xlsx({"6A1": [*rows, [3, "Chi", "6A1", "0912345603", ""]]}, hidden_rows=[4])

    async def path() -> str:
        return await taken(data=data)

    first = await path()
    assert ("row.hidden", "6A1", 4) in [
        (each["code"], each["sheet"], each["row"]) for each in (await site.call("GET", first)).json()["problems"]
    ]
    corrected = (await site.call("PATCH", f"{first}/rows/1", json={"cells": {"SĐT mẹ": "0912345602"}})).json()
    assert [each["code"] for each in corrected["problems"]] == ["row.hidden"]
    asked = await site.call("POST", f"{first}/apply")
    assert refused(asked) == (409, "import.hidden_rows")
    assert "1 học sinh" in asked.json()["detail"]
    left = (await site.call("GET", f"{first}/difference", params={"hidden_rows": "leave"})).json()
    assert (left["contacts"]["added"], (await site.call("GET", f"{first}/difference")).json()["contacts"]["added"]) == (2, 3)
    assert (await site.call("POST", f"{first}/apply", json={"hidden_rows": "leave"})).json()["state"] == "applied"
    second = await path()
    assert (await site.call("GET", f"{second}/difference")).json()["present"] == 2
    assert (await site.call("POST", f"{second}/apply", json={"hidden_rows": "take", "confirm_gone": 1})).json()[
        "state"
    ] == "applied"
    third = await path()
    assert (await site.call("GET", f"{third}/difference")).json()["contacts"] == {"added": 0, "gone": 0, "changed": 0, "kept": 2}
