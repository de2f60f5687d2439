"""The letter's gate through the API: a new unit brought in, and what is refused until it is."""

from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.accounts import create_account, create_api_key, permissions_of
from service.database import unit_transaction
from service.keyring import deployment_key
from tests.conftest import Engines
from tests.factories.listed import read_list
from tests.factories.web import NOW, Site, notice

RULE = {"number": "05/QĐ-MNHS", "dated": "2026-08-20", "sha256": "AB" * 32}
CARD = {
    "phone": "0251 3822 123",
    "hours": "07:00 - 17:00",
    "out_of_hours_phone": "0912 345 678",
    "tested_on": "2026-09-01",
    "statements": ["own_account", "no_codes"],
}
NEW = "mn-hoa-sen"
LIST: dict[str, Any] = {"files": {"file": ("list.csv", "Họ tên,Lớp,SĐT\nA,Lá,0912345678\n".encode())}, "data": {"unit": NEW}}
LAPSE = datetime(2027, 10, 31, 17, 0, tzinfo=UTC)  # 1 November, midnight in Vietnam
BEFORE = datetime(2027, 10, 31, 16, 59, 59, tzinfo=UTC)


async def lead_of(site: Site, engines: Engines, master: MasterKey, unit: str, email: str) -> None:
    """An account that can be named by its email; its key is the site's key of the unit's "named" person."""
    unit_id = site.world.units[unit]
    async with unit_transaction(engines.web, unit_id) as conn:
        account = await create_account(
            conn,
            master=master,
            index_key=await deployment_key(conn, master, "address_index"),
            unit_id=unit_id,
            email=email,
            name="Nguyễn Thị Phụ Trách",
            password="mat-khau-rat-dai",
            roles=["data_protection_lead"],
            now=NOW,
        )
        site.keys[unit, "named"] = await create_api_key(
            conn, account_id=account, unit_id=unit_id, label="x", scopes=permissions_of(["data_protection_lead"]), now=NOW
        )


async def officer(site: Site, method: str, path: str, **options: Any) -> Response:
    return await site.call(method, path, unit="sgddt-dongnai", role="officer", **options)


@pytest.fixture
async def new(site: Site) -> str:
    """A school that has just been made, and has nothing in place. Its path."""
    body = {
        "code": NEW,
        "name": "Trường Mầm non Hoa Sen",
        "level": "school",
        "parent": "vhxh-an-phuoc",
        "valid_from": "2026-08-01",
    }
    assert (await officer(site, "POST", "/units", json=body)).status_code == 201
    return f"/units/{NEW}"


async def test_a_new_school_is_brought_in_by_calls_alone(site: Site, engines: Engines, master: MasterKey, new: str) -> None:
    email = "lan@sgddt.example"
    await lead_of(site, engines, master, "sgddt-dongnai", email)
    refused = await officer(site, "POST", "/imports", headers={"Accept-Language": "en"}, **LIST)
    assert (refused.status_code, refused.json()["code"]) == (409, "unit.not_ready")
    assert refused.json()["detail"].endswith("the data rule, a data protection lead, the verification card.")

    assert (await officer(site, "PUT", f"{new}/data-rule", json=RULE)).json() == {
        "unit": NEW,
        "part": "data_rule",
        "state": "standing",
        "ready": False,
    }
    assert (await officer(site, "PUT", f"{new}/verification-card", json=CARD)).json()["state"] == "standing"
    named = await officer(site, "PUT", f"{new}/data-protection-lead", json={"email": email})
    assert named.json()["state"] == "waiting_for_acceptance"
    waiting = await officer(site, "POST", "/imports", **LIST)
    assert "lời nhận việc của người phụ trách bảo vệ dữ liệu" in waiting.json()["detail"]

    assert (await officer(site, "POST", f"{new}/data-protection-lead/accept")).status_code == 403
    accepted = await site.call("POST", f"{new}/data-protection-lead/accept", unit="sgddt-dongnai", role="named", json={})
    assert accepted.json() == {"unit": NEW, "part": "data_protection_lead", "state": "standing", "ready": True}
    assert (await officer(site, "POST", "/imports", **LIST)).status_code == 202

    shown = (await officer(site, "GET", f"{new}/readiness", headers={"Accept-Language": "en"})).json()
    assert (shown["ready"], shown["blocks"]) == (True, "Nothing is held back.")
    assert shown["data_protection_lead"]["who"] == "Nguyễn Thị Phụ Trách"
    assert (shown["data_rule"]["number"], shown["data_rule"]["sha256"]) == ("05/QĐ-MNHS", "ab" * 32)
    assert (shown["verification_card"]["phone"], shown["verification_card"]["valid_until"]) == ("+842513822123", "2027-10-31")


async def test_a_lead_from_above_reaches_the_unit_that_named_them_and_no_other(
    site: Site, engines: Engines, master: MasterKey, new: str
) -> None:
    await lead_of(site, engines, master, "sgddt-dongnai", "lan@sgddt.example")

    async def lead(method: str, path: str, **options: Any) -> int:
        return (await site.call(method, path, unit="sgddt-dongnai", role="named", **options)).status_code

    assert await lead("GET", f"{new}/readiness") == 404
    assert await lead("POST", f"{new}/data-protection-lead/accept") == 404
    await officer(site, "PUT", f"{new}/data-protection-lead", json={"email": "lan@sgddt.example"})
    assert await lead("GET", f"{new}/readiness") == 200
    assert await lead("PUT", f"{new}/data-rule", json=RULE) == 404
    assert await lead("GET", "/units/lqd-th/readiness") == 404


async def test_nothing_personal_is_kept_for_a_repeat_or_in_a_refusal(site: Site, engines: Engines, master: MasterKey) -> None:
    await lead_of(site, engines, master, "nbk-thcs", "lan@nbk.example")
    for path, body in (
        ("data-protection-lead", {"email": "lan@nbk.example"}),
        ("verification-card", CARD),
        ("data-rule", RULE),
    ):
        answer = await site.call("PUT", f"/units/nbk-thcs/{path}", role="approver", json=body, headers={"Idempotency-Key": path})
        assert answer.status_code == 200, answer.text
    nobody = await site.call("PUT", "/units/nbk-thcs/data-protection-lead", role="approver", json={"email": "ai@do.example"})
    assert nobody.status_code == 422
    assert "ai@do" not in nobody.text
    async with engines.owner.begin() as conn:
        kept = " ".join((await conn.execute(text("SELECT response::text FROM idempotency_keys"))).scalars())
    assert not any(personal in kept for personal in ("lan@", "Phụ Trách", "912345678", "3822123"))


async def test_a_repeat_with_the_same_key_files_once(site: Site, engines: Engines) -> None:
    for _ in range(2):
        answer = await site.call("PUT", "/units/nbk-thcs/data-rule", json=RULE, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 200
    assert answer.headers["Idempotency-Replayed"] == "true"
    async with engines.owner.begin() as conn:
        assert (
            await conn.execute(text("SELECT count(*) FROM data_rules WHERE number = :n"), {"n": RULE["number"]})
        ).scalar_one() == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("data-rule", RULE | {"more": 1}),
        ("data-rule", RULE | {"sha256": "xy"}),
        ("verification-card", CARD | {"statements": ["made_up"]}),
        ("verification-card", CARD | {"phone": "113"}),
        ("data-protection-lead", {"email": "x"}),
    ],
)
async def test_what_cannot_be_is_refused_by_field(site: Site, path: str, body: dict[str, Any]) -> None:
    answer = await site.call("PUT", f"/units/nbk-thcs/{path}", role="approver", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_lists_and_advisories_stop_at_midnight_and_urgent_warnings_do_not(site: Site) -> None:
    upload: dict[str, Any] = {
        "files": {"file": ("list.csv", "Họ tên,Lớp,SĐT\nA,6A,0912345678\n".encode())},
        "data": {"unit": "nbk-thcs"},
    }
    later = {"expires_at": "2027-12-01T00:00:00Z"}

    async def draft(urgency: str) -> str:
        made = await site.call("POST", "/broadcasts", json=notice(urgency=urgency, **later))
        return f"/broadcasts/{made.json()['id']}"

    site.clock.at = BEFORE
    assert (await site.call("POST", "/imports", **upload)).status_code == 202
    advisory, urgent, pending = await draft("advisory"), await draft("urgent"), await draft("advisory")
    submitted = (await site.call("POST", f"{pending}/submit")).json()
    assert submitted["state"] == "pending_approval"

    site.clock.at = LAPSE
    for answer in (
        await site.call("POST", "/imports", **upload),
        await site.call("POST", f"{advisory}/submit"),
        await site.call("POST", f"{pending}/approve", role="approver", json={"digest": submitted["digest"]}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "unit.not_ready")
        assert "quy chế bảo vệ dữ liệu (đã hết hạn 31/10)" in answer.json()["detail"]
    assert (await site.call("POST", f"{urgent}/submit")).status_code == 200
    shown = (await site.call("GET", "/units/nbk-thcs/readiness")).json()
    assert (shown["verification_card"]["state"], shown["blocks"].split(" và ")[0]) == ("lapsed", "Chưa nhập được danh sách")


async def test_a_list_that_was_checked_in_time_is_not_applied_after_the_lapse(
    site: Site, engines: Engines, master: MasterKey
) -> None:
    site.clock.at = BEFORE
    checked = await read_list(site, engines, master, "nbk-thcs", "Họ tên,Lớp,SĐT\nA,6A,0912345678\n")
    site.clock.at = LAPSE
    refused = await site.call("POST", f"/imports/{checked}/apply")
    assert (refused.status_code, refused.json()["code"]) == (409, "unit.not_ready")
    site.clock.at = BEFORE
    assert (await site.call("POST", f"/imports/{checked}/apply")).status_code == 200


async def test_a_ready_text_that_claims_something_needs_its_statement(site: Site) -> None:
    body = notice() | {"template": "T03"}
    del body["texts"], body["title"]
    refused = await site.call("POST", "/broadcasts", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "content.statement_missing")
    assert "Trường chỉ hoàn tiền theo thông báo bằng văn bản" in refused.json()["errors"][0]["message"]

    card = CARD | {"statements": ["refunds_in_writing"]}
    assert (await site.call("PUT", "/units/nbk-thcs/verification-card", role="approver", json=card)).status_code == 200
    made = await site.call("POST", "/broadcasts", json=body)
    assert made.status_code == 201, made.text
    # what the head no longer declares is no longer said
    await site.call("PUT", "/units/nbk-thcs/verification-card", role="approver", json=CARD)
    again = await site.call("POST", f"/broadcasts/{made.json()['id']}/submit")
    assert again.json()["code"] == "content.statement_missing"
    own = await site.call("PATCH", f"/broadcasts/{made.json()['id']}", json={"texts": notice()["texts"]})
    assert own.status_code == 200
    assert (await site.call("POST", f"/broadcasts/{made.json()['id']}/submit")).status_code == 200


async def test_statements_are_told_in_the_callers_language(site: Site) -> None:
    vietnamese = (await site.call("GET", "/statements")).json()["items"]
    english = (await site.call("GET", "/statements", headers={"Accept-Language": "en"})).json()["items"]
    assert [each["code"] for each in vietnamese] == [each["code"] for each in english]
    assert english[0]["sentence"].startswith("The school collects money into its own account")


async def test_a_number_on_the_card_may_stand_in_a_text_and_no_other(site: Site) -> None:
    await site.call("PUT", "/units/nbk-thcs/verification-card", role="approver", json=CARD)

    async def findings(sms: str, unit: str = "nbk-thcs") -> list[tuple[str, str]]:
        body = {"unit": unit, "texts": {"sms": sms}, "channels": ["sms"]}
        answer = await site.call("POST", "/previews", unit=unit, json=body)
        return [(each["severity"], each["code"]) for each in answer.json()["findings"]]

    assert await findings("Gọi trường 0251.3822.123.") == [("warning", "content.phone_in_sms")]
    assert await findings("Gọi trường 0251.3822.124.") == [("error", "content.phone_not_on_card")]
    assert await findings("Gọi trường 0251.3822.123.", "lqd-th") == [("error", "content.phone_not_on_card")]


async def test_a_warning_with_the_cards_number_is_signed_with_it(site: Site) -> None:
    await site.call("PUT", "/units/nbk-thcs/verification-card", role="approver", json=CARD)
    texts = notice()["texts"]
    texts["email"]["body"] = "Gọi trường: 0251 3822 123 hoặc 0912.345.678."
    approved = await site.approved(texts=texts)
    record = await site.client.get(approved["record_url"])
    assert record.status_code == 200


async def test_the_take_down_list_through_the_api(site: Site) -> None:
    path = "/units/nbk-thcs/takedowns"
    body = {"url": "https://nbk.example/ds.xlsx", "checked_on": "2026-09-05", "found": True}
    made = (await site.call("POST", path, json=body)).json()
    assert made["open"] == 1
    stated = await site.call("POST", f"{path}/statement", role="approver")
    assert (stated.status_code, stated.json()["code"]) == (409, "takedown.open")
    assert (await site.call("PATCH", f"{path}/{made['id']}", json={"removed_on": "2026-09-06"})).json()["open"] == 0
    assert (await site.call("POST", f"{path}/statement", role="clerk")).status_code == 403
    assert (await site.call("POST", f"{path}/statement", role="approver")).json()["checked"] == 1
    listed = (await site.call("GET", path)).json()
    assert (listed["open"], listed["statement"]["school_year"]) == (0, "2026-2027")
    assert [(each["url"], each["checked_by"], each["removed_on"]) for each in listed["items"]] == [
        (body["url"], "Clerk", "2026-09-06")
    ]


async def test_the_department_sees_one_table_and_a_clerk_does_not(site: Site, new: str) -> None:
    whole = (await officer(site, "GET", "/coverage")).json()
    assert [each["code"] for each in whole["items"]] == ["lqd-th", NEW, "nbk-thcs", "sgddt-dongnai", "vhxh-an-phuoc"]
    unready = (await officer(site, "GET", "/coverage", params={"only": "not_ready"})).json()["items"]
    assert [(each["code"], each["ready"], set(each["parts"].values())) for each in unready] == [(NEW, False, {"missing"})]
    page = (await officer(site, "GET", "/coverage", params={"unit": "vhxh-an-phuoc", "limit": 1})).json()
    rest = (await officer(site, "GET", "/coverage", params={"unit": "vhxh-an-phuoc", "cursor": page["next"]})).json()
    assert [each["code"] for each in page["items"] + rest["items"]] == ["lqd-th", NEW, "nbk-thcs", "vhxh-an-phuoc"]
    assert (await site.call("GET", "/coverage")).status_code == 403
