"""`/imports` over HTTP. What is found in a list has its own tests; here: who, what, how large, and nothing half."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.contacts import locate_import, read_import
from service.database import unit_transaction
from tests.conftest import Engines
from tests.factories.web import Site

SAMPLES = Path(__file__).parents[3] / "service" / "standalone" / "samples"
LIST = "STT,Họ và tên,Lớp,SĐT phụ huynh\n1,Nguyễn Văn An,6A1,0912345678\n2,Trần Thị Bình,6A1,09123\n".encode()


def upload(data: bytes = LIST, name: str = "6a1.csv", **fields: str) -> dict[str, Any]:
    return {"files": {"file": (name, data)}, "data": {"unit": "nbk-thcs"} | fields}


async def read_by_worker(site: Site, engines: Engines, master: MasterKey, public_id: str) -> None:
    async with unit_transaction(engines.worker, site.world.units["nbk-thcs"]) as conn:
        place = await locate_import(conn, UUID(public_id))
        await read_import(conn, place.id, master=master, now=site.clock())


async def test_a_list_goes_up_is_read_and_applied(site: Site, engines: Engines, master: MasterKey) -> None:
    taken = await site.call("POST", "/imports", **upload())
    assert (taken.status_code, taken.json()["state"]) == (202, "reading")
    path = f"/imports/{taken.json()['id']}"
    assert (await site.call("GET", path)).json()["state"] == "reading"
    await read_by_worker(site, engines, master, taken.json()["id"])
    report = (await site.call("GET", path)).json()
    assert report["state"] == "checked"
    assert (report["counts"]["rows"], report["counts"]["phones"], report["counts"]["to_fix"]) == (2, 1, 1)
    problem = next(each for each in report["problems"] if each["code"] == "phone.too_short")
    assert (problem["sheet"], problem["row"], problem["severity"]) == (None, 3, "error")
    assert "09123" not in problem["message"]
    applied = await site.call("POST", f"{path}/apply")
    assert (applied.status_code, applied.json()["state"]) == (200, "applied")
    counted = await site.call("POST", "/audiences/count", json={"unit": "nbk-thcs", "channels": ["sms"]})
    assert counted.json()["by_channel"] == {"sms": 1}


async def test_a_dry_run_is_not_applied(site: Site, engines: Engines, master: MasterKey) -> None:
    taken = await site.call("POST", "/imports", **upload(dry_run="true"))
    await read_by_worker(site, engines, master, taken.json()["id"])
    refused = await site.call("POST", f"/imports/{taken.json()['id']}/apply")
    assert (refused.status_code, refused.json()["code"]) == (409, "import.dry_run")


async def test_what_is_no_list_is_refused(site: Site) -> None:
    refused = await site.call("POST", "/imports", **upload(b"%PDF-1.7 nothing to read here", "list.pdf"))
    assert (refused.status_code, refused.json()["code"]) == (422, "import.unreadable")


async def test_a_file_over_ten_megabytes_is_too_large(site: Site) -> None:
    for size in (10 * 1024 * 1024 + 1, 12 * 1024 * 1024):
        refused = await site.call("POST", "/imports", **upload(b"a,b\n" * (size // 4 + 1)))
        assert (refused.status_code, refused.json()["code"]) == (413, "import.too_large")


async def test_what_is_uploaded_never_touches_a_disk(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory for temporary files that does not exist: to open one there would be a fault."""
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    taken = await site.call("POST", "/imports", **upload(LIST + b"," * (5 * 1024 * 1024)))
    assert taken.status_code == 202


async def test_nobody_looks_into_a_stranger_s_body(site: Site) -> None:
    """It is read on and dropped (tests/service/api/test_whole_requests.py):
    that it is no form is told only to whoever may send one.
    """
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    refused = await site.client.post("/api/v1/imports", headers=headers, content=b"no form")
    assert (refused.status_code, refused.json()["code"]) == (401, "auth.missing")
    refused = await site.call("POST", "/imports", role="approver", headers=headers, content=b"no form")
    assert (refused.status_code, refused.json()["code"]) == (403, "auth.scope")
    refused = await site.call("POST", "/imports", headers=headers, content=b"no form")
    assert (refused.status_code, refused.json()["code"]) == (400, "request.malformed")


async def test_a_body_that_never_says_how_long_it_is_is_cut_off(site: Site) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        while True:
            yield b"," * (1024 * 1024)

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    refused = await site.call("POST", "/imports", headers=headers, content=endless())
    assert (refused.status_code, refused.json()["code"]) == (413, "import.too_large")


async def test_a_form_that_is_none_is_refused(site: Site) -> None:
    missing = await site.call("POST", "/imports", files={"file": ("a.csv", LIST)})
    assert (missing.status_code, [(e["field"], e["code"]) for e in missing.json()["errors"]]) == (
        422,
        [("unit", "field.missing")],
    )
    text = await site.call("POST", "/imports", data={"unit": "nbk-thcs", "file": "a,b"}, files={"other": ("a.csv", LIST)})
    assert (text.status_code, text.json()["code"]) == (422, "request.unknown_field")
    none = await site.call("POST", "/imports", json={"unit": "nbk-thcs"})
    assert (none.status_code, none.json()["code"]) == (422, "request.invalid")
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    damaged = await site.call("POST", "/imports", headers=headers, content=b"not a form")
    assert (damaged.status_code, damaged.json()["code"]) == (400, "request.malformed")


async def test_the_form_is_documented(site: Site) -> None:
    call = (await site.client.get("/api/openapi.json")).json()["paths"]["/api/v1/imports"]["post"]
    schema = call["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert (set(schema["properties"]), schema["required"]) == ({"file", "unit", "dry_run", "audience"}, ["file", "unit"])
    assert schema["additionalProperties"] is False
    assert (schema["properties"]["file"]["type"], schema["properties"]["file"]["format"]) == ("string", "binary")


async def test_a_list_is_applied_once(site: Site, engines: Engines, master: MasterKey) -> None:
    taken = await site.call("POST", "/imports", **upload())
    await read_by_worker(site, engines, master, taken.json()["id"])
    path = f"/imports/{taken.json()['id']}"
    assert (await site.call("POST", f"{path}/apply")).status_code == 200
    before = [(await site.call("GET", path)).json(), await everything(engines)]
    refused = await site.call("POST", f"{path}/apply")
    assert (refused.status_code, refused.json()["code"]) == (409, "import.not_allowed_in_state")
    assert [(await site.call("GET", path)).json(), await everything(engines)] == before


async def everything(engines: Engines) -> list[list[str]]:
    """All that applying a list may change, as text."""
    tables = ("imports", "contacts", "contact_points", "enrolments", "audit_events", "outbox")
    async with engines.owner.connect() as conn:
        return [list((await conn.execute(text(f"SELECT t::text FROM {table} t ORDER BY 1"))).scalars()) for table in tables]


async def test_an_unknown_unit_or_field_is_refused(site: Site) -> None:
    unknown = await site.call("POST", "/imports", **upload(unit="nowhere"))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unit.unknown")
    above = await site.call("POST", "/imports", **upload(unit="lqd-th"))
    assert above.status_code == 404
    extra = await site.call("POST", "/imports", **upload(sheet="1"))
    assert (extra.status_code, extra.json()["code"]) == (422, "request.unknown_field")


async def test_another_school_s_list_does_not_exist(site: Site) -> None:
    taken = (await site.call("POST", "/imports", **upload())).json()
    for method, path in (("GET", ""), ("POST", "/apply")):
        answer = await site.call(method, f"/imports/{taken['id']}{path}", unit="lqd-th")
        assert (answer.status_code, answer.json()["code"]) == (404, "import.unknown")


async def test_the_same_key_takes_a_file_once(site: Site) -> None:
    headers = {"Idempotency-Key": "september"}
    first, second = [await site.call("POST", "/imports", headers=headers, **upload()) for _ in range(2)]
    assert first.json() == second.json()
    other = await site.call("POST", "/imports", headers=headers, **upload(LIST + b"3,X,6A1,0987654321\n"))
    assert other.json()["code"] == "request.idempotency_reused"


async def test_a_report_holds_the_first_problems_and_the_rest_by_cursor(site: Site, engines: Engines, master: MasterKey) -> None:
    lines = ["STT,Họ và tên,Lớp,SĐT mẹ", *(f"{n},Học sinh {n},6A1,0912" for n in range(450))]
    made = await site.call("POST", "/imports", files={"file": ("list.csv", "\n".join(lines).encode())}, data={"unit": "nbk-thcs"})
    path = f"/imports/{made.json()['id']}"
    async with unit_transaction(engines.worker, site.world.units["nbk-thcs"]) as conn:
        place = await locate_import(conn, UUID(made.json()["id"]))
        await read_import(conn, place.id, master=master, now=site.clock())
    report = (await site.call("GET", path)).json()
    told = {(each["code"], each["severity"]): each["count"] for each in report["problem_counts"]}
    assert len(report["problems"]) == 200
    assert told["phone.too_short", "error"] == 450
    found, cursor = list(report["problems"]), report["problems_next"]
    while cursor:
        page = (await site.call("GET", f"{path}/problems?cursor={cursor}&limit=100")).json()
        assert len(page["items"]) <= 100
        found, cursor = found + page["items"], page["next"]
    assert len(found) == sum(told.values())
    assert sorted(each["row"] for each in found if each["code"] == "phone.too_short") == list(range(2, 452))
    whole = (await site.call("GET", f"{path}/problems?limit=500")).json()
    assert found[: len(whole["items"])] == whole["items"]
