"""A cancelled warning at the look-up: whoever holds one of its numbers is told that it no longer stands."""

import re
from datetime import timedelta
from typing import Any

import pytest

from contact_registry.sealing import MasterKey
from service.clock import on_screen
from service.signing.lookup_numbers import LookupNumbers
from tests.conftest import Engines
from tests.factories.waiting import until
from tests.factories.web import Site
from tests.service.api.test_control_calls import BY, run, sending


async def _look_up(site: Site, number: str, **headers: str) -> dict[str, Any]:
    answer = await site.client.get(f"/api/v1/lookups/{number}", headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _number(site: Site, engines: Engines) -> str:
    async with engines.owner.connect() as conn:
        lowest = (await conn.exec_driver_sql("SELECT min(number) FROM deliveries")).scalar_one()
    numbers: LookupNumbers = site.app.state.api_context.numbers
    return numbers.written(lowest)


async def test_a_cancelled_warning_is_recalled_within_seconds_for_everybody_who_got_it(
    site: Site, engines: Engines, master: MasterKey
) -> None:
    path = await sending(site, engines, master)
    await run(engines, "UPDATE deliveries SET state = 'calling' WHERE channel = 'sms'")
    number = await _number(site, engines)
    assert (await _look_up(site, number))["outcome"] == "found"
    assert (await site.call("POST", f"{path}/cancel", **BY)).status_code == 200

    async def recalled() -> dict[str, Any] | None:
        found = await _look_up(site, number)
        return found if found["outcome"] == "recalled" else None

    answer = await until("it is recalled", recalled, 4, every=0.1)
    assert answer["record"]["recalled"] == {
        "at": site.clock().isoformat().replace("+00:00", "Z"),
        "reason": "Đơn vị phát đã thu hồi tin này sau khi một phần đã gửi.",
    }
    page = await site.client.get("/", params={"so": number})
    assert "Tin này đã bị thu hồi" in page.text
    assert "Tin chính thức</h2>" not in page.text
    assert "Không chuyển tiền" in page.text, "whose warning against paying was taken back is not to pay"
    assert re.search(rf"Thu hồi lúc</dt><dd><time[^>]*>{on_screen(site.clock())}<", page.text)
    assert "Có hiệu lực đến</dt>" not in page.text
    pasted = answer["record"]["texts"]["sms"]["unicode"]
    same = await site.client.post("/", data={"tin": pasted})
    assert "Tin này đã bị thu hồi" in same.text, "the right words of what no longer stands are not for following"
    assert 'class="verdict good"' not in same.text
    site.clock.forward(timedelta(days=15))
    assert (await _look_up(site, number))["outcome"] == "recalled", "also when it would have expired"


async def test_cancelled_before_anything_left_it_is_recalled_and_says_so(site: Site) -> None:
    made = await site.approved()
    await site.call("POST", f"/broadcasts/{made['id']}/cancel", **BY)
    answer = await _look_up(site, made["public_number"], **{"Accept-Language": "en"})
    assert answer["outcome"] == "recalled"
    assert answer["record"]["recalled"]["reason"] == "Its issuer took this message back before any of it was sent."


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE record_revocations SET jws = 'x'",
        "UPDATE record_revocations SET record_id = (SELECT id FROM records WHERE id <> record_id)",
        "UPDATE record_revocations SET jws = (SELECT jws FROM records LIMIT 1)",
    ],
)
async def test_with_a_revocation_that_its_issuer_did_not_sign_nothing_is_said_at_all(
    site: Site, engines: Engines, damage: str
) -> None:
    cancelled, standing = await site.approved(), await site.approved()
    await site.call("POST", f"/broadcasts/{cancelled['id']}/cancel", **BY)
    await run(engines, damage)
    asked = standing if "record_id =" in damage else cancelled
    answer = await site.client.get(f"/api/v1/lookups/{asked['public_number']}")
    assert (answer.status_code, answer.json()["code"]) == (503, "lookup.unavailable")


async def test_a_warning_that_ran_out_while_paused_is_expired_and_not_recalled(
    site: Site, engines: Engines, master: MasterKey
) -> None:
    await sending(site, engines, master)
    await run(engines, "UPDATE broadcasts SET state = 'cancelled', pause_reason = 'broadcast.overdue'")
    site.clock.forward(timedelta(days=15))
    assert (await _look_up(site, await _number(site, engines)))["outcome"] == "expired"
