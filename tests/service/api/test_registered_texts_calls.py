"""The registered texts over HTTP: filed by the department, holding for its schools, and found missing before anybody submits."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.keyring import make_missing_drill_keys
from tests.conftest import Engines, Urls
from tests.factories.parents import add_parents
from tests.factories.web import Site, notice, running_site

DEPARTMENT = {"unit": "sgddt-dongnai", "role": "officer"}
WORDS = "Kẻ mạo danh thầy cô, bệnh viện báo con cấp cứu để đòi tiền. KHÔNG chuyển. Gọi số trường đã lưu."
FILED = {
    "unit": "sgddt-dongnai",
    "provider": "twilio",
    "name": "canh-bao-1",
    "template": "SGDDTDNAI: {noi_dung:text:120} Goi so truong da luu.\nSo tra cuu: {number}",
    "status": "approved",
    "dated": "2026-09-01",
    "reference": "HS-12/2026",
}
DRILL_FORM = "SGDDTDNAI: DIEN TAP: {noi_dung:text:120} Goi so truong da luu.\nSo tra cuu: {number}"


@pytest.fixture
async def site(urls: Urls, engines: Engines, valkey_url: str, master_text: str) -> AsyncIterator[Site]:
    """With an SMS carrier, unlike other tests' sites."""
    async with running_site(urls, engines, valkey_url, master_text, twilio_account_sid="AC" + "0" * 32) as made:
        yield made


async def file(site: Site, **changes: Any) -> dict[str, Any]:
    answer = await site.call("PUT", "/registered-texts", json=FILED | changes, **DEPARTMENT)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def findings(site: Site, *, urgency: str = "urgent", channels: tuple[str, ...] = ("sms",), words: str = WORDS) -> list[Any]:
    body = {"unit": "nbk-thcs", "texts": {"sms": words}, "channels": channels, "urgency": urgency}
    answer = await site.call("POST", "/previews", json=body)
    assert answer.status_code == 200, answer.text
    return _told(answer.json()["findings"])


def _told(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Those that the carriers' files are about."""
    return [(each["severity"], each["code"]) for each in found if each["code"] == "content.not_registered"]


async def drafted(site: Site, urgency: str = "urgent") -> str:
    made = await site.call("POST", "/broadcasts", json=notice(channels=["notice", "sms"], urgency=urgency))
    assert made.status_code == 201, made.text
    return f"/broadcasts/{made.json()['id']}"


@pytest.fixture
async def parents(site: Site, engines: Engines, master_text: str) -> None:
    await add_parents(engines.owner, MasterKey.parse(master_text), site.world.units["nbk-thcs"], phones=2, emails=0)


async def test_a_school_sees_what_its_department_has_registered(site: Site) -> None:
    assert await file(site) == {"name": "canh-bao-1", "changed": True}
    assert await file(site) == {"name": "canh-bao-1", "changed": False}
    seen = await site.call("GET", "/registered-texts", params={"unit": "nbk-thcs"})
    assert seen.json() == {
        "unregistered": "warn",
        "sms_script": "unicode",
        "items": [FILED | {"drill_form": DRILL_FORM}],
        "next": None,
    }


async def test_words_that_no_carrier_has_approved_are_warned_of_in_the_preview(site: Site) -> None:
    assert await findings(site) == [("warning", "content.not_registered")]
    await file(site, status="submitted")
    assert await findings(site) == [("warning", "content.not_registered")]
    await file(site)
    assert await findings(site) == []
    assert await findings(site, words="Tin khác hẳn.") == [("warning", "content.not_registered")]


async def test_what_is_not_sent_by_sms_needs_no_registration(site: Site) -> None:
    assert await findings(site, channels=("notice",)) == []


async def test_a_text_registered_elsewhere_alone_does_not_help(site: Site) -> None:
    await file(site, provider="another")
    assert await findings(site) == [("warning", "content.not_registered")]
    school = {"unit": "lqd-th", "role": "officer"}
    answer = await site.call("PUT", "/registered-texts", json=FILED | {"unit": "lqd-th"}, **school)
    assert answer.status_code == 200
    assert await findings(site) == [("warning", "content.not_registered")]


async def test_a_text_that_is_withdrawn_counts_no_more_and_may_come_back(site: Site) -> None:
    await file(site)
    place = {"unit": "sgddt-dongnai", "provider": "twilio", "name": "canh-bao-1"}
    for status in (200, 404):
        assert (await site.call("POST", "/registered-texts/withdraw", json=place, **DEPARTMENT)).status_code == status
    assert await findings(site) == [("warning", "content.not_registered")]
    assert (await file(site))["changed"]
    assert await findings(site) == []


async def test_an_approver_is_told_before_approving(site: Site, parents: None) -> None:
    path = await drafted(site)
    submitted = await site.call("POST", f"{path}/submit")
    shown = (await site.call("GET", path, role="approver")).json()
    for answer in (submitted.json(), shown):
        assert _told(answer["rendered"]["findings"]) == [("warning", "content.not_registered")]
        assert "nhà mạng (Twilio)" in answer["rendered"]["findings"][-1]["message"]
    approved = await site.call("POST", f"{path}/approve", role="approver", json={"digest": shown["digest"]})
    assert approved.json()["rendered"]["findings"] == []


async def test_a_department_may_forbid_what_is_not_registered(site: Site, parents: None) -> None:
    rule = {"unit": "sgddt-dongnai", "unregistered": "forbid"}
    assert (await site.call("PUT", "/registered-texts/rule", json=rule, **DEPARTMENT)).json() == {"unregistered": "forbid"}
    assert await findings(site) == [("error", "content.not_registered")]
    refused = await site.call("POST", f"{await drafted(site)}/submit")
    assert (refused.status_code, refused.json()["code"]) == (422, "content.not_registered")
    assert "nhà mạng (Twilio)" in refused.json()["detail"], "the words are in the sentence that is read first"
    await file(site)
    assert (await site.call("POST", f"{await drafted(site)}/submit")).status_code == 200


async def test_a_drill_of_an_approved_text_passes_where_nothing_else_may(site: Site, engines: Engines, master_text: str) -> None:
    master = MasterKey.parse(master_text)
    async with engines.owner.begin() as conn:
        await make_missing_drill_keys(conn, master)
        await conn.exec_driver_sql("UPDATE signing_keys SET valid_from = '2026-09-01'")
    colleague = {"unit": "nbk-thcs", "audience": "staff", "role": "staff", "phone": "0977000111"}
    teacher = (await site.call("POST", "/contacts", json=colleague)).json()["id"]
    await site.call("PUT", "/units/nbk-thcs/test-contacts", json={"contacts": [teacher]}, role="approver")
    await site.call("PUT", "/registered-texts/rule", json={"unit": "sgddt-dongnai", "unregistered": "forbid"}, **DEPARTMENT)

    async def drill(script: str, urgency: str = "urgent") -> tuple[int, Any, str]:
        asked = notice(channels=["sms"], drill=True, sms_script=script, urgency=urgency)
        path = f"/broadcasts/{(await site.call('POST', '/broadcasts', json=asked)).json()['id']}"
        answer = await site.call("POST", f"{path}/submit")
        return answer.status_code, answer.json(), path

    status, refused, _ = await drill("ascii")
    assert (status, refused["code"]) == (422, "content.not_registered"), "words that nobody has on file are no better in a drill"
    narrow = "SGDDTDNAI: Ke mao danh {noi_dung:text:120} Goi so truong da luu.\nSo tra cuu: {number}"
    await file(site, template=narrow)
    for script in ("ascii", "unicode"):
        status, told, path = await drill(script)
        found = [(each["severity"], each["code"]) for each in told["rendered"]["findings"] if "registered" in each["code"]]
        assert (status, found) == (200, [("warning", "content.drill_not_registered")])
        approved = await site.call("POST", f"{path}/approve", role="approver", json={"digest": told["digest"]})
        assert approved.status_code == 200, approved.text
    await file(site, name="canh-bao-1-drill", template=narrow.replace("Ke", "DIEN TAP: Ke"))
    status, told, _ = await drill("ascii")
    assert (status, [each for each in told["rendered"]["findings"] if "registered" in each["code"]]) == (200, [])


async def test_what_was_submitted_is_not_approved_once_its_registration_has_lapsed(site: Site, parents: None) -> None:
    await site.call("PUT", "/registered-texts/rule", json={"unit": "sgddt-dongnai", "unregistered": "forbid"}, **DEPARTMENT)
    await file(site)
    path = await drafted(site)
    digest = (await site.call("POST", f"{path}/submit")).json()["digest"]
    await file(site, status="expired")
    refused = await site.call("POST", f"{path}/approve", role="approver", json={"digest": digest})
    assert (refused.status_code, refused.json()["code"]) == (422, "content.not_registered")


async def test_an_emergency_is_warned_and_never_held_back(site: Site, parents: None) -> None:
    await site.call("PUT", "/registered-texts/rule", json={"unit": "sgddt-dongnai", "unregistered": "forbid"}, **DEPARTMENT)
    assert await findings(site, urgency="emergency") == [("warning", "content.not_registered")]
    assert (await site.call("POST", f"{await drafted(site, 'emergency')}/submit")).status_code == 200


async def test_a_text_without_the_look_up_number_is_refused_with_its_field(site: Site) -> None:
    refused = await site.call(
        "PUT", "/registered-texts", json=FILED | {"template": "Gọi {so:phone}", "name": "A B"}, **DEPARTMENT
    )
    assert refused.status_code == 422
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [
        ("name", "field.code"),
        ("template", "registered.lookup_number"),
    ]


@pytest.mark.parametrize("role", ["clerk", "approver", "data_protection_lead", "administrator"])
async def test_only_an_officer_files(site: Site, role: str) -> None:
    answer = await site.call("PUT", "/registered-texts", unit="sgddt-dongnai", role=role, json=FILED)
    assert (answer.status_code, answer.json()["code"]) == (403, "auth.scope")


async def test_every_deed_is_on_the_departments_trail(site: Site, engines: Engines) -> None:
    await file(site)
    await file(site)
    place = {"unit": "sgddt-dongnai", "name": "canh-bao-1"}
    await site.call("POST", "/registered-texts/withdraw", json=place, **DEPARTMENT)
    await site.call("PUT", "/registered-texts/rule", json={"unit": "sgddt-dongnai", "unregistered": "forbid"}, **DEPARTMENT)
    async with engines.owner.connect() as conn:
        rows = await conn.execute(text("SELECT action FROM audit_events WHERE action LIKE 'registered%' ORDER BY id"))
        assert list(rows.scalars()) == ["registered_text.put", "registered_text.withdrawn", "registered_text.rule"]
