"""A drill goes the whole way of a warning, to colleagues only, and is never taken for one."""

from typing import Any

import pytest

from contact_registry.sealing import MasterKey, data_keys
from service.database import unit_transaction
from service.deliveries import fall_back, plan
from service.keyring import make_missing_drill_keys, public_keys
from service.records import record_jws
from service.signing.errors import WrongPurpose
from service.signing.records import open_record
from tests.conftest import Engines
from tests.factories.parents import add_parents
from tests.factories.web import NOW, Site, notice
from workers.kept.contents import Contents

BY = {"role": "approver"}
STAFF = {"unit": "nbk-thcs", "audience": "staff", "role": "staff", "phone": "0977000111"}


@pytest.fixture
async def colleague(site: Site, engines: Engines, master: MasterKey) -> str:
    """The id of a teacher on the school's own list, which has parents, too."""
    async with engines.owner.begin() as conn:
        await make_missing_drill_keys(conn, master)
        await conn.exec_driver_sql("UPDATE signing_keys SET valid_from = '2026-09-01'")  # the clock of a site stands
    await add_parents(engines.owner, master, site.world.units["nbk-thcs"], phones=3, emails=2)
    made = await site.call("POST", "/contacts", json=STAFF)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def _name(site: Site, *contacts: str, **who: Any) -> Any:
    return await site.call("PUT", "/units/nbk-thcs/test-contacts", json={"contacts": list(contacts)}, **(BY | who))


async def _drill(site: Site, engines: Engines) -> dict[str, Any]:
    approved = await site.approved(channels=["sms", "email"], drill=True)
    async with engines.owner.connect() as conn:
        row = (await conn.exec_driver_sql("SELECT unit_id, id FROM broadcasts")).one()
    await plan(engines.worker, unit_id=row.unit_id, broadcast_id=row.id, now=NOW)
    return approved


async def test_a_drill_reaches_the_named_colleague_and_no_parent(
    site: Site, engines: Engines, master: MasterKey, colleague: str
) -> None:
    assert (await _name(site, colleague)).json() == {"contacts": [colleague]}
    drill = await _drill(site, engines)
    assert (drill["drill"], drill["audience_count"]) == (True, 1)
    async with engines.owner.connect() as conn:
        (row,) = (await conn.exec_driver_sql("SELECT channel, address_sealed, data_key_id FROM deliveries")).all()
        keys = await data_keys(conn, master, {row.data_key_id})
    assert keys[row.data_key_id].unseal(bytes(row.address_sealed), row.channel) == "+84977000111"


async def test_its_words_and_its_number_say_that_it_is_a_drill(site: Site, engines: Engines, colleague: str) -> None:
    await _name(site, colleague)
    drill = await _drill(site, engines)
    assert drill["rendered"]["sms"]["text"].startswith("SGDDTDNAI: DIỄN TẬP: ")
    assert drill["rendered"]["email"]["subject"].startswith("[DIỄN TẬP] ")
    assert "không phải cảnh báo thật" in drill["rendered"]["email"]["text"]
    answer = (await site.client.get(f"/api/v1/lookups/{drill['public_number']}")).json()
    assert answer["outcome"] == "drill"
    page = await site.client.post("/", data={"tin": answer["record"]["texts"]["sms"]["unicode"]})
    assert "Đây là tin diễn tập" in page.text
    assert "Tin diễn tập</h2>" in page.text
    assert (await site.call("POST", f"/broadcasts/{drill['id']}/cancel", **BY)).status_code == 200
    assert (await site.client.get(f"/api/v1/lookups/{drill['public_number']}")).json()["outcome"] == "drill"


async def test_its_record_is_signed_with_a_key_that_passes_for_nothing_else(site: Site, engines: Engines, colleague: str) -> None:
    await _name(site, colleague)
    await _drill(site, engines)
    async with unit_transaction(engines.worker, site.world.units["nbk-thcs"]) as conn:
        record_id = (await conn.exec_driver_sql("SELECT record_id FROM broadcasts")).scalar_one()
        keys, jws = await public_keys(conn), await record_jws(conn, record_id)
        with pytest.raises(WrongPurpose):
            open_record(jws, keys)
        assert open_record(jws, keys, purpose="drill").purpose == "drill"
        content = await Contents("canhbao@dongnai.example").of(conn, record_id)
    assert content.sms is not None
    assert "DIỄN TẬP" in content.sms


async def test_without_a_named_colleague_there_is_nobody_to_drill(site: Site, colleague: str) -> None:
    assert colleague
    made = (await site.call("POST", "/broadcasts", json=notice(channels=["sms"], drill=True))).json()
    refused = await site.call("POST", f"/broadcasts/{made['id']}/submit")
    assert (refused.status_code, refused.json()["code"]) == (409, "broadcast.audience_empty")
    assert [each["code"] for each in refused.json()["errors"]] == ["drill.nobody"]


async def test_a_parent_is_not_named_nor_anybody_by_a_clerk(site: Site, engines: Engines, colleague: str) -> None:
    async with engines.owner.connect() as conn:
        parent = (await conn.exec_driver_sql("SELECT public_id FROM contacts ORDER BY id LIMIT 1")).scalar_one()
    refused = await _name(site, colleague, str(parent))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "drill.staff_only")
    assert (await _name(site, colleague, role="clerk")).status_code == 403
    assert (await site.call("GET", "/units/nbk-thcs/test-contacts")).json() == {"contacts": []}


async def test_colleagues_are_named_by_their_addresses_and_oneself_as_me(site: Site, colleague: str) -> None:
    async def add(phone: str, email: str) -> str:
        return str((await site.call("POST", "/contacts", json=STAFF | {"phone": phone, "email": email})).json()["id"])

    teacher, head = await add("0977000222", "co.ha@example.com"), await add("0977000333", "approver@nbk-thcs.example")

    async def name(**who: Any) -> Any:
        return await site.call("PUT", "/units/nbk-thcs/test-contacts", json=who, **BY)

    assert sorted((await name(emails=["Co.Ha@example.com", "me"])).json()["contacts"]) == sorted([teacher, head])
    assert sorted((await name(contacts=[colleague], emails=["me"])).json()["contacts"]) == sorted([colleague, head])
    refused = (await name(emails=["me", "nobody@example.com", "no address", "parent0@example.com"])).json()
    assert [(each["field"], each["code"]) for each in refused["errors"]] == [
        ("emails.1", "drill.staff_only"),
        ("emails.2", "email.invalid"),
        ("emails.3", "drill.staff_only"),
    ]
    assert (await name()).status_code == 422
    assert (await name(emails=[])).json() == {"contacts": []}


async def test_a_colleague_who_left_gets_no_drill(site: Site, engines: Engines, colleague: str) -> None:
    await _name(site, colleague)
    async with engines.owner.begin() as conn:
        await conn.exec_driver_sql("DELETE FROM contact_points WHERE audience = 'staff'")
    made = (await site.call("POST", "/broadcasts", json=notice(channels=["sms"], drill=True))).json()
    refused = await site.call("POST", f"/broadcasts/{made['id']}/submit")
    assert refused.json()["code"] == "broadcast.audience_empty"


@pytest.mark.parametrize("still_named", [True, False])
async def test_a_drill_falls_back_to_whoever_is_still_named(
    site: Site, engines: Engines, colleague: str, *, still_named: bool
) -> None:
    assert colleague
    teacher = (await site.call("POST", "/contacts", json=STAFF | {"phone": "0977000222", "email": "co.ha@example.com"})).json()[
        "id"
    ]
    await _name(site, teacher)
    await site.approved(channels=["sms"], fallback="email", drill=True)
    async with engines.owner.connect() as conn:
        row = (await conn.exec_driver_sql("SELECT unit_id, id FROM broadcasts")).one()
    await plan(engines.worker, unit_id=row.unit_id, broadcast_id=row.id, now=NOW)
    if not still_named:
        await _name(site, colleague)
    async with engines.owner.begin() as conn:
        await conn.exec_driver_sql("UPDATE deliveries SET state = 'calling'")
        await conn.exec_driver_sql("UPDATE deliveries SET state = 'failed', reason = 'twilio.21211', fault = 'dead_address'")
    assert await fall_back(engines.worker, now=NOW) == int(still_named)
