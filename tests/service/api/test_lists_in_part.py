"""Of a list that is not applied yet nobody but its own unit sees a row, and they no more in full than needs mending."""

import io
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_registry.addresses import masked_cell
from contact_registry.sealing import MasterKey
from tests.conftest import Engines
from tests.factories.web import Site
from tests.service.api.test_import_fixing import Taken, read_again, refused, taken

__all__ = ["taken"]

HEAD = "STT,Họ và tên,Lớp,SĐT mẹ,Email,Địa chỉ"
PUPILS = [f"{n},Nguyễn Riêng Biệt,6A1,09123456{n:02d},riengbiet{n}@example.com,Số 7 phố Lạ" for n in range(20)]
OFFICER: dict[str, Any] = {"unit": "sgddt-dongnai", "role": "officer"}


async def without_classes(site: Site, engines: Engines, master: MasterKey, path: str) -> None:
    """A column taken for another: every row lacks its class, and is one to fix."""
    said = {"columns": [{"heading": "Lớp", "field": "ignored"}]}
    assert (await site.call("PUT", f"{path}/columns", json=said)).status_code == 200
    await read_again(site, engines, master, path.rsplit("/", 1)[1])


async def test_samples_are_in_part_and_for_the_lists_own_unit(site: Site, taken: Taken) -> None:
    path = await taken(*PUPILS, head=HEAD)
    answer = await site.call("GET", f"{path}/columns")
    samples = {each["heading"]: each["samples"] for each in answer.json()["items"]}
    assert samples["SĐT mẹ"][0] == "091•••••600"
    assert samples["Email"][0] == "r•••@example.com"
    assert samples["Họ và tên"][0] == "N. R. Biệt"
    assert samples["Lớp"][0] == "6A1"
    assert "phố Lạ" not in answer.text
    others = await site.call("GET", f"{path}/columns", **OFFICER)
    assert [each["heading"] for each in others.json()["items"]] == [*samples]
    assert [each["samples"] for each in others.json()["items"]] == [[]] * len(samples)


async def test_rows_and_their_workbook_are_for_the_lists_own_unit(
    site: Site, engines: Engines, master: MasterKey, taken: Taken
) -> None:
    path = await taken(*PUPILS, head=HEAD)
    await without_classes(site, engines, master, path)
    for what in ("rows", "rows?only=all", "rows-to-fix", "rows-to-fix?confirm_rows=20"):
        assert refused(await site.call("GET", f"{path}/{what}", **OFFICER)) == (403, "contact.own_unit_only")


async def test_a_workbook_holds_in_full_what_needs_mending_alone(site: Site, taken: Taken) -> None:
    path = await taken(*PUPILS, "21,Trần Thị Bình,6A1,09123,binh@example.com,", head=HEAD)
    data = (await site.call("GET", f"{path}/rows-to-fix")).content
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    headings, line = ([cell.value for cell in row] for row in sheet.iter_rows())
    shown = dict(zip(headings, line, strict=True))
    assert (shown["SĐT mẹ"], shown["Email"]) == ("09123", "b•••@example.com")
    sheet.cell(2, headings.index("SĐT mẹ") + 1).value = "0987654321"
    book.save(made := io.BytesIO())
    corrected = await site.call("POST", f"{path}/corrections", files={"file": ("can-sua.xlsx", made.getvalue())})
    assert corrected.json()["counts"]["to_fix"] == 0
    rows = (await site.call("GET", f"{path}/rows?only=all&limit=200")).json()["items"]
    assert next(cell["value"] for cell in rows[-1]["cells"] if cell["column"] == "Email") == "b•••@example.com"
    assert corrected.json()["counts"]["emails"] == 21, "the address that stood there in part stays as it was"


async def test_a_whole_list_goes_out_only_to_who_says_how_many_and_is_a_look(
    site: Site, engines: Engines, master: MasterKey, taken: Taken
) -> None:
    path = await taken(*PUPILS, head=HEAD)
    await without_classes(site, engines, master, path)
    for asked in ("rows-to-fix", "rows-to-fix?confirm_rows=19"):
        answer = await site.call("GET", f"{path}/{asked}")
        assert refused(answer) == (409, "import.many_rows")
        assert "20 trong 20" in answer.json()["detail"]
    assert (await site.call("GET", f"{path}/rows-to-fix?confirm_rows=20")).status_code == 200
    looks = await site.call("GET", "/contact-looks?unit=nbk-thcs", role="data_protection_lead")
    (look,) = looks.json()["items"]
    assert (look["contact"], look["reason"]) == (path.rsplit("/", 1)[1], "correct_data")
    assert "20" in look["note"]


@given(st.lists(st.sampled_from(["0912345678", "+84 912 345 678", "0912.345.678", "84-912-345-678", "1234567"]), min_size=1))
def test_no_number_in_a_cell_is_shown_whole(numbers: list[str]) -> None:
    shown = [masked_cell("; ".join(numbers), names=names) for names in (True, False)]
    assert not [number for number in numbers if any(number in each for each in shown)]


@pytest.mark.parametrize("between", ["; ", ", ", " ", "/"])
def test_no_email_in_a_cell_is_shown_whole(between: str) -> None:
    assert "ng@" not in masked_cell(between.join(["cuong@example.com", "dung@example.com"]), names=False)


async def test_which_column_holds_the_classes_says_the_lists_own_unit(
    site: Site, engines: Engines, master: MasterKey, taken: Taken
) -> None:
    """What a class is called stands in the open: of names taken for classes, a comparison would name every pupil."""
    path = await taken(*PUPILS, head=HEAD)
    said = {"columns": [{"heading": "Họ và tên", "field": "class"}, {"heading": "Lớp", "field": "name"}]}
    assert refused(await site.call("PUT", f"{path}/columns", json=said, **OFFICER)) == (403, "import.classes_by_own_unit")
    assert "Riêng Biệt" not in (await site.call("GET", f"{path}/difference", **OFFICER)).text
    assert (await site.call("PUT", f"{path}/columns", json=said)).status_code == 200
