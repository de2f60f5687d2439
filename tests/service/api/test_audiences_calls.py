"""`/audiences`: honest numbers before anything is sent, and, for one's own list, who is left out and why."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.consents import suppress
from contact_registry.sealing import MasterKey, address_hash
from service.database import unit_transaction
from service.keyring import deployment_key
from tests.conftest import Engines
from tests.factories.parents import add_parents
from tests.factories.web import Site

OURS, THEIRS, DEPARTMENT = "nbk-thcs", "lqd-th", "sgddt-dongnai"
BOTH = {"unit": OURS, "channels": ["sms", "email"]}


async def _suppress(engines: Engines, master: MasterKey, unit_id: int, number: str, reason: Any) -> None:
    async with unit_transaction(engines.web, unit_id) as conn:
        hashes = [address_hash(await deployment_key(conn, master, "address_index"), "sms", number)]
        await suppress(conn, unit_id=unit_id, channel="sms", address_hashes=hashes, reason=reason)


@pytest.fixture
async def school(site: Site, engines: Engines, master: MasterKey) -> Site:
    """Four numbers and one address in 6A1, one number in 7B. The first opted out here, the second at the department. A pupil of
    6A1 has nobody; one parent only an address.
    """
    ours = site.world.units[OURS]
    await add_parents(engines.owner, master, ours, phones=4, emails=1)
    await add_parents(engines.owner, master, ours, phones=1, class_name="7B", first=50)
    async with engines.owner.begin() as conn:
        await conn.execute(
            text(
                "INSERT INTO enrolments (unit_id, school_year, grade, class_name, sheet, row)"
                " VALUES (:unit, '2026-2027', '6', '6A1', 'Khối 6', 12)"
            ),
            {"unit": ours},
        )
    await _suppress(engines, master, ours, "+84900000000", "opt_out")
    await _suppress(engines, master, site.world.units[DEPARTMENT], "+84900000001", "opt_out")
    return site


def _not_sent(body: dict[str, Any]) -> dict[str, tuple[int, str]]:
    return {each["reason"]: (each["count"], each["of"]) for each in body["not_sent"]}


async def test_every_one_left_out_is_counted_under_one_reason(school: Site) -> None:
    urgent = (await school.call("POST", "/audiences/count", json=BOTH)).json()
    assert (urgent["recipients"], urgent["by_channel"]) == (6, {"sms": 5, "email": 1})
    assert _not_sent(urgent) == {"no_contact": (1, "pupils")}

    advisory = (await school.call("POST", "/audiences/count", json=BOTH | {"urgency": "advisory"})).json()
    assert (advisory["recipients"], advisory["by_channel"]) == (4, {"sms": 3, "email": 1})
    assert _not_sent(advisory) == {"opt_out": (1, "addresses"), "other": (1, "addresses"), "no_contact": (1, "pupils")}

    by_sms = (await school.call("POST", "/audiences/count", json=BOTH | {"channels": ["sms"]})).json()
    assert _not_sent(by_sms) == {"no_address": (1, "contacts"), "no_contact": (1, "pupils")}

    other_class = (await school.call("POST", "/audiences/count", json=BOTH | {"audience": {"classes": ["7b"]}})).json()
    assert (other_class["recipients"], other_class["not_sent"]) == (1, [])


async def test_the_department_is_told_its_own_reason_by_name(school: Site) -> None:
    asked = BOTH | {"unit": DEPARTMENT, "urgency": "advisory"}
    told = (await school.call("POST", "/audiences/count", unit=DEPARTMENT, json=asked)).json()
    assert _not_sent(told) == {"opt_out": (2, "addresses"), "no_contact": (1, "pupils")}


async def test_what_an_office_took_off_holds_for_everybody_who_sends_to_its_schools(
    school: Site, engines: Engines, master: MasterKey
) -> None:
    await _suppress(engines, master, school.world.units["vhxh-an-phuoc"], "+84900000002", "wrong_person")
    by_department = (await school.call("POST", "/audiences/count", unit=DEPARTMENT, json=BOTH | {"unit": DEPARTMENT})).json()
    assert _not_sent(by_department) == {"wrong_person": (1, "addresses"), "no_contact": (1, "pupils")}
    by_school = (await school.call("POST", "/audiences/count", json=BOTH)).json()
    assert _not_sent(by_school) == {"other": (1, "addresses"), "no_contact": (1, "pupils")}


async def test_staff_alone_can_be_meant_and_nobody_cannot(school: Site, engines: Engines) -> None:
    async with engines.owner.begin() as conn:  # one of the five numbers is a teacher's
        await conn.execute(
            text(
                "WITH one AS (UPDATE contact_points SET audience = 'staff'"
                "   WHERE id = (SELECT max(id) FROM contact_points WHERE channel = 'sms') RETURNING contact_id)"
                " UPDATE contacts c SET audience = 'staff', role = 'staff' FROM one WHERE c.id = one.contact_id"
            )
        )

    async def count(**audience: Any) -> Any:
        return (await school.call("POST", "/audiences/count", json=BOTH | {"audience": audience})).json()

    assert (await count(staff=True, parents=False))["by_channel"] == {"sms": 1, "email": 0}
    assert _not_sent(await count(staff=True, parents=False)) == {}
    assert (await count(staff=True))["by_channel"] == {"sms": 5, "email": 1}
    for nobody in ({"parents": False}, {"parents": False, "staff": True, "classes": ["6A1"]}):
        refused = await count(**nobody)
        assert (refused["status"], refused["errors"][0]["code"]) == (422, "audience.nobody")


async def test_a_notice_is_sent_to_nobody_and_leaves_nobody_out(school: Site) -> None:
    told = (await school.call("POST", "/audiences/count", json=BOTH | {"channels": ["notice"]})).json()
    assert (told["recipients"], told["by_channel"], told["not_sent"]) == (0, {}, [])


async def test_an_advisory_of_a_school_that_sends_by_consent_goes_to_those_who_agreed(school: Site, engines: Engines) -> None:
    async with engines.owner.begin() as conn:
        await conn.execute(
            text("UPDATE data_rules SET advisory_basis = 'consent' WHERE unit_id = :u"), {"u": school.world.units[OURS]}
        )
    told = (await school.call("POST", "/audiences/count", json=BOTH | {"urgency": "advisory"})).json()
    assert told["recipients"] == 0
    assert _not_sent(told) == {"opt_out": (1, "addresses"), "no_consent": (5, "addresses"), "no_contact": (1, "pupils")}
    assert (await school.call("POST", "/audiences/count", json=BOTH)).json()["recipients"] == 6


async def test_with_a_text_its_segments_and_cost_are_told(school: Site) -> None:
    asked = BOTH | {"texts": {"sms": "KHÔNG chuyển tiền. Gọi số trường đã lưu."}}
    ascii_ = (await school.call("POST", "/audiences/count", json=asked | {"sms_script": "ascii"})).json()
    unicode_ = (await school.call("POST", "/audiences/count", json=asked)).json()
    shown = (await school.call("POST", "/previews", json={**asked, "channels": ["sms"]})).json()["sms"]
    assert [ascii_["segments"], unicode_["segments"]] == [5 * each["segments"] for each in shown]
    assert ascii_["cost_estimate"] is None, "no price is set"

    priced = school.settings.model_copy(update={"sms_price_per_segment": Decimal("830.5"), "sms_price_currency": "VND"})
    school.app.state.api_context = school.app.state.api_context.__class__(
        **{name: getattr(school.app.state.api_context, name) for name in school.app.state.api_context.__slots__}
        | {"settings": priced}
    )
    cost = (await school.call("POST", "/audiences/count", json=asked)).json()["cost_estimate"]
    assert cost == {"amount": 830.5 * unicode_["segments"], "currency": "VND"}
    for without in (BOTH, asked | {"channels": ["email"]}):
        told = (await school.call("POST", "/audiences/count", json=without)).json()
        assert (told["segments"], told["cost_estimate"]) == (None, None)


async def test_a_school_sees_who_is_left_out_and_why_masked_and_in_the_order_of_its_list(school: Site) -> None:
    asked = BOTH | {"channels": ["sms"], "urgency": "advisory"}
    answer = await school.call("POST", "/audiences/left-out", json=asked)
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert [(each["class"], each["row"], each["role"], each["address"], each["reason"]) for each in told["items"]] == [
        ("6A1", 12, None, None, "no_contact"),
        ("6A1", None, "parent", "+84•••••000", "opt_out"),
        ("6A1", None, "parent", "+84•••••001", "other"),
        ("6A1", None, "parent", None, "no_address"),
    ]
    assert told["items"][1]["why"] == "Đã xin không nhận tin không khẩn."
    assert "900000000" not in answer.text

    first = (await school.call("POST", "/audiences/left-out", json=asked | {"limit": 3})).json()
    rest = (await school.call("POST", "/audiences/left-out", json=asked | {"limit": 3, "cursor": first["next"]})).json()
    assert first["items"] + rest["items"] == told["items"]
    assert rest["next"] is None


async def test_what_is_counted_is_what_is_listed(school: Site) -> None:
    for channels in (["sms"], ["email"], ["sms", "email"]):
        asked = {"unit": OURS, "channels": channels, "urgency": "advisory"}
        counted = (await school.call("POST", "/audiences/count", json=asked)).json()
        listed = (await school.call("POST", "/audiences/left-out", json=asked)).json()["items"]
        assert sum(each["count"] for each in counted["not_sent"]) == len(listed)


@pytest.mark.parametrize("role", ["officer", "approver"])
async def test_whoever_is_above_sees_counts_and_nobody_one_by_one(school: Site, role: str) -> None:
    for unit in (DEPARTMENT, OURS):
        refused = await school.call("POST", "/audiences/left-out", unit=DEPARTMENT, role=role, json=BOTH | {"unit": unit})
        assert (refused.status_code, refused.json()["code"]) == (409, "audience.not_own_list")


async def test_who_may_not_read_contacts_may_not_ask(school: Site) -> None:
    refused = await school.call("POST", "/audiences/left-out", role="administrator", json=BOTH)
    assert (refused.status_code, refused.json()["code"]) == (403, "auth.scope")
