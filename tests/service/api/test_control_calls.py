"""Control of a send over HTTP: who may, once per key, and an honest count."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.clock import QuietHours
from service.deliveries import plan
from tests.conftest import Engines, Urls
from tests.factories.parents import add_parents
from tests.factories.web import NOW, Site, notice, running_site

BY = {"role": "approver"}


async def sending(site: Site, engines: Engines, master: MasterKey, **changes: Any) -> str:
    """A warning to three numbers and two addresses, planned; its path."""
    await add_parents(engines.owner, master, site.world.units["nbk-thcs"], phones=3, emails=2)
    made = await site.approved(channels=["sms", "email"], **changes)
    async with engines.owner.connect() as conn:
        row = (await conn.exec_driver_sql("SELECT unit_id, id FROM broadcasts ORDER BY id DESC LIMIT 1")).one()
    await plan(engines.worker, unit_id=row.unit_id, broadcast_id=row.id, now=NOW)
    return f"/broadcasts/{made['id']}"


async def run(engines: Engines, sql: str) -> None:
    async with engines.owner.begin() as conn:
        await conn.exec_driver_sql(sql)


async def test_a_stop_answers_with_what_can_no_longer_be_called_back(site: Site, engines: Engines, master: MasterKey) -> None:
    path = await sending(site, engines, master)
    await run(engines, "UPDATE deliveries SET state = 'calling' WHERE channel = 'sms'")
    await run(engines, "UPDATE deliveries SET state = 'accepted' WHERE number IN (SELECT min(number) FROM deliveries)")
    paused = (await site.call("POST", f"{path}/pause", **BY)).json()
    assert (paused["state"], paused["pause_reason"]) == ("paused", "broadcast.paused_by_person")
    assert paused["stopped"] == {"left": 1, "in_hand": 2, "unsent": 2, "failed": 0}
    resumed = await site.call("POST", f"{path}/resume", **BY)
    assert (resumed.status_code, resumed.json()["state"]) == (200, "sending")
    cancelled = (await site.call("POST", f"{path}/cancel", **BY, json={"reason": "Sai giờ"})).json()
    assert (cancelled["state"], cancelled["cancel_reason"]) == ("cancelled", "Sai giờ")
    assert cancelled["stopped"] == paused["stopped"]


async def test_a_repeated_request_stops_once(site: Site, engines: Engines, master: MasterKey) -> None:
    path = await sending(site, engines, master)
    first = await site.call("POST", f"{path}/pause", **BY, headers={"Idempotency-Key": "a"})
    again = await site.call("POST", f"{path}/pause", **BY, headers={"Idempotency-Key": "a"})
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    fresh = await site.call("POST", f"{path}/pause", **BY, headers={"Idempotency-Key": "b"})
    assert (fresh.status_code, fresh.json()["code"]) == (409, "broadcast.not_allowed_in_state")


@pytest.mark.parametrize(
    ("move", "body"),
    [
        ("pause", None),
        ("resume", None),
        ("cancel", None),
        ("retry-failed", None),
        ("repeat-uncertain", {"channel": "email", "reason": "may_come_twice"}),
    ],
)
async def test_a_clerk_moves_nothing_that_is_approved(
    site: Site, engines: Engines, master: MasterKey, move: str, body: dict[str, Any] | None
) -> None:
    path = await sending(site, engines, master)
    refused = await site.call("POST", f"{path}/{move}", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "auth.scope")


async def test_a_clerk_throws_a_draft_away(site: Site) -> None:
    made = (await site.call("POST", "/broadcasts", json=notice())).json()
    gone = await site.call("POST", f"/broadcasts/{made['id']}/cancel")
    assert (gone.status_code, gone.json()["state"]) == (200, "cancelled")


async def test_an_overdue_warning_is_not_resumed(site: Site, engines: Engines, master: MasterKey) -> None:
    path = await sending(site, engines, master)
    await site.call("POST", f"{path}/pause", **BY)
    site.clock.forward(timedelta(days=15))
    refused = await site.call("POST", f"{path}/resume", **BY)
    assert (refused.status_code, refused.json()["code"]) == (409, "broadcast.overdue")


async def test_what_failed_is_tried_again(site: Site, engines: Engines, master: MasterKey) -> None:
    path = await sending(site, engines, master)
    await run(engines, "UPDATE deliveries SET state = 'calling'")
    await run(engines, "UPDATE deliveries SET state = CASE channel WHEN 'sms' THEN 'failed' ELSE 'accepted' END")
    await run(engines, "UPDATE broadcasts SET state = 'completed', completed_at = now()")
    again = (await site.call("POST", f"{path}/retry-failed", **BY)).json()
    assert (again["state"], again["progress"]["waiting"], again["progress"]["failed"]) == ("sending", 3, 0)
    nothing = await site.call("POST", f"{path}/retry-failed", **BY)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "broadcast.nothing_to_repeat")


@pytest.mark.parametrize(
    ("becomes", "call", "body"),
    [("failed", "retry-failed", None), ("uncertain", "repeat-uncertain", {"channel": "sms", "reason": "not_received"})],
)
async def test_what_is_tried_again_at_night_waits_for_the_morning(
    urls: Urls,
    engines: Engines,
    master: MasterKey,
    master_text: str,
    valkey_url: str,
    becomes: str,
    call: str,
    body: dict[str, str] | None,
) -> None:
    async with running_site(urls, engines, valkey_url, master_text, quiet_hours=QuietHours.parse("06:00-08:00")) as site:
        path = await sending(site, engines, master)
        await run(engines, "UPDATE deliveries SET state = 'calling'")
        await run(engines, f"UPDATE deliveries SET state = '{becomes}', called_at = now()")
        await run(engines, "UPDATE broadcasts SET state = 'completed', completed_at = now(), waits_until = NULL")
        again = (await site.call("POST", f"{path}/{call}", **BY, json=body)).json()
    assert (again["state"], datetime.fromisoformat(again["waits_until"])) == ("sending", NOW + timedelta(hours=1))


async def test_one_in_doubt_is_repeated_by_its_look_up_number(site: Site, engines: Engines, master: MasterKey) -> None:
    path = await sending(site, engines, master)
    await run(engines, "UPDATE deliveries SET state = 'calling' WHERE channel = 'email'")
    await run(engines, "UPDATE deliveries SET state = 'uncertain', reason = 'timeout', called_at = now() WHERE channel = 'email'")
    listed = (await site.call("GET", f"{path}/deliveries?state=uncertain")).json()["items"]
    assert len(listed) == 2
    body = {"number": listed[0]["look_up_number"], "reason": "not_received"}
    again = await site.call("POST", f"{path}/repeat-uncertain", **BY, json=body)
    assert (again.status_code, again.json()["progress"]["uncertain"]) == (200, 1)
    left = (await site.call("GET", f"{path}/deliveries?state=uncertain")).json()["items"]
    assert [each["look_up_number"] for each in left] == [listed[1]["look_up_number"]]
    for wrong in ({"number": "1234"}, {"number": listed[0]["look_up_number"]}):
        refused = await site.call("POST", f"{path}/repeat-uncertain", **BY, json=body | wrong)
        assert (refused.status_code, refused.json()["code"]) == (404, "delivery.unknown")
    both = await site.call("POST", f"{path}/repeat-uncertain", **BY, json=body | {"channel": "email"})
    assert (both.status_code, both.json()["errors"][0]["code"]) == (422, "broadcast.channel_or_number")


async def test_what_is_in_doubt_says_what_is_known_and_what_a_repeat_would_mean(
    site: Site, engines: Engines, master: MasterKey
) -> None:
    path = await sending(site, engines, master)
    await run(engines, "UPDATE deliveries SET state = 'calling', attempt = 1, called_at = now()")
    await run(engines, "UPDATE deliveries SET state = 'uncertain', reason = 'timeout'")
    listed = (await site.call("GET", f"{path}/deliveries?state=uncertain")).json()["items"]
    email = next(each for each in listed if each["channel"] == "email")
    assert email["address"].startswith("p")
    assert "@" in email["address"]
    assert email["called_at"]
    assert (email["attempt"], email["code"], email["reason"]) == (1, "timeout", "Nhà cung cấp không trả lời kịp.")
    assert "cùng mã thư" in email["repeat"]
    sms = next(each for each in listed if each["channel"] == "sms")
    assert "thành hai tin" in sms["repeat"]


async def test_a_broadcast_says_what_may_be_done_with_it_by_whom(site: Site, engines: Engines, master: MasterKey) -> None:
    async def moves(role: str) -> list[str]:
        return list((await site.call("GET", path, role=role)).json()["moves"])

    path = f"/broadcasts/{(await site.call('POST', '/broadcasts', role='officer', json=notice())).json()['id']}"
    assert await moves("clerk") == ["edit", "submit", "cancel"]
    await site.call("POST", f"{path}/submit", role="officer")
    assert await moves("approver") == ["edit", "return", "approve", "cancel"]
    assert await moves("officer") == ["edit", "return", "cancel"], "who wrote it does not approve it"
    await site.call("POST", f"{path}/cancel")
    path = await sending(site, engines, master)
    assert await moves("approver") == ["pause", "cancel"]
    assert await moves("clerk") == []
    await site.call("POST", f"{path}/pause", **BY)
    assert await moves("approver") == ["resume", "cancel"]
    await run(engines, "UPDATE deliveries SET state = 'calling'")
    await run(engines, "UPDATE deliveries SET state = CASE channel WHEN 'sms' THEN 'failed' ELSE 'uncertain' END")
    assert await moves("approver") == ["resume", "cancel", "retry-failed", "repeat-uncertain"]
    site.clock.forward(timedelta(days=15))
    assert await moves("approver") == ["cancel"]


@pytest.mark.parametrize(
    ("state", "reason", "language", "said"),
    [
        ("paused", "broadcast.audience_grew", "vi", "tăng hơn 5%"),
        ("paused", "unit.not_ready", "en", "not ready to send"),
        ("paused", "broadcast.paused_by_person", "vi", "Người duyệt đã tạm dừng"),
        ("paused", "record.unverified", "en", "signature"),
        ("paused", "twilio.30007", "vi", "Nhà mạng chặn nội dung"),
        ("cancelled", "broadcast.overdue", "vi", "hết hiệu lực"),
        ("cancelled", None, "en", "cancelled"),
    ],
)
async def test_why_it_stands_still_is_said_in_the_language_of_whoever_asks(
    site: Site, engines: Engines, master: MasterKey, state: str, reason: str | None, language: str, said: str
) -> None:
    path = await sending(site, engines, master)
    async with engines.owner.begin() as conn:
        await conn.execute(
            text("UPDATE broadcasts SET state = :state, pause_reason = :reason"), {"state": state, "reason": reason}
        )
    told = (await site.call("GET", path, headers={"Accept-Language": language})).json()
    assert said in told["note"]
    assert "…" not in told["note"]


@pytest.mark.parametrize(
    ("in_time", "said"), [("- interval '1 minute'", None), ("", "The warning expired before all of it was sent")]
)
async def test_a_warning_that_expired_while_it_was_sent_says_so(
    site: Site, engines: Engines, master: MasterKey, in_time: str, said: str | None
) -> None:
    path = await sending(site, engines, master)
    async with engines.owner.begin() as conn:
        await conn.execute(text("UPDATE deliveries SET state = 'not_sent'"))
        await conn.execute(text(f"UPDATE broadcasts SET state = 'completed', completed_at = expires_at {in_time}"))
    note = (await site.call("GET", path, headers={"Accept-Language": "en"})).json()["note"]
    assert note is None if said is None else note.startswith(said)


async def test_a_scheduled_warning_says_when_it_will_be_sent(site: Site, engines: Engines, master: MasterKey) -> None:
    await add_parents(engines.owner, master, site.world.units["nbk-thcs"], phones=3)
    at = NOW + timedelta(hours=1, minutes=5)
    made = await site.approved(channels=["sms"], send_at=at.isoformat())
    assert datetime.fromisoformat(made["waits_until"]) == at
    assert made["note"] == "Sẽ gửi lúc 07/09/2026 08:05."
