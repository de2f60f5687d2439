"""What people are told of carriers, and what carriers tell: by which of several a message went,
why one was stopped, whose callback it is.
"""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from twilio.request_validator import RequestValidator

from contact_registry.sealing import MasterKey
from service.deliveries import Attempt
from service.settings import TwilioAccount
from tests.conftest import Engines, Urls
from tests.factories.receipts import apply_receipts
from tests.factories.web import Site, notice, running_site
from tests.service.api.test_control_calls import run, sending

WORKER = "00000000-0000-4000-8000-000000000001"
SECOND = TwilioAccount(name="twilio-2", account_sid="AC2", auth_token=SecretStr("the-second-token"))


@pytest.fixture
async def site(urls: Urls, engines: Engines, valkey_url: str, master_text: str) -> AsyncIterator[Site]:
    async with running_site(urls, engines, valkey_url, master_text, twilio_account_sid="AC1", further_twilio=(SECOND,)) as made:
        yield made


@pytest.mark.parametrize(
    ("account", "token", "status"),
    [
        ("AC1", "twilio-test-token", 204),
        ("AC2", "the-second-token", 204),
        ("AC1", "the-second-token", 403),
        ("AC2", "twilio-test-token", 403),
        ("AC2", "a-made-up-token", 403),
    ],
)
async def test_a_callback_is_believed_by_the_token_of_the_account_that_sent(
    site: Site, account: str, token: str, status: int
) -> None:
    attempt = Attempt(site.world.units["nbk-thcs"], 7, 11, 1)
    path = f"/webhooks/twilio/status/{site.app.state.api_context.tokens.make(attempt)}"
    form = {"AccountSid": account, "MessageSid": "SM1", "MessageStatus": "delivered"}
    signature = RequestValidator(token).compute_signature(f"https://loa.example{path}", form)
    answer = await site.client.post(path, data=form, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == status


async def test_each_delivery_tells_by_whom_it_went(site: Site, engines: Engines, master: MasterKey) -> None:
    path = await sending(site, engines, master)
    await run(engines, "UPDATE deliveries SET state = 'calling', provider = 'twilio-2' WHERE channel = 'sms'")
    items = (await site.call("GET", f"{path}/deliveries")).json()["items"]
    assert [item["provider"] for item in items] == ["twilio-2"] * 3 + [None] * 2


@pytest.mark.parametrize(
    ("language", "note"),
    [
        ("vi", "Đã tạm dừng: Tài khoản chưa được phép gửi đến vùng này. Xử lý xong thì cho gửi tiếp, hoặc hủy."),
        ("en", "Paused: The account may not send to this region. Resume once that is set right, or cancel."),
    ],
)
async def test_a_warning_that_a_carrier_stopped_says_why_in_words(
    site: Site, engines: Engines, master: MasterKey, language: str, note: str
) -> None:
    path = await sending(site, engines, master)
    await run(engines, "UPDATE broadcasts SET state = 'paused', pause_reason = 'twilio.21408'")
    shown = (await site.call("GET", path, headers={"Accept-Language": language})).json()
    assert (shown["state"], shown["pause_reason"], shown["note"]) == ("paused", "twilio.21408", note)


@pytest.mark.parametrize(("account", "sender", "state"), [("AC1", "SGDDTDNAI", "sending"), ("AC1", "NOTIFY", "paused")])
async def test_a_callback_that_tells_of_another_sender_pauses_the_warning_and_rings(
    site: Site, engines: Engines, master: MasterKey, account: str, sender: str, state: str
) -> None:
    path = await sending(site, engines, master)
    await run(engines, "UPDATE deliveries SET state = 'calling', attempt = 1, called_at = now() + interval '1 minute'")
    async with engines.owner.begin() as conn:
        row = (
            await conn.exec_driver_sql("SELECT unit_id, broadcast_id, number FROM deliveries WHERE channel = 'sms' LIMIT 1")
        ).one()
    attempt = Attempt(row.unit_id, row.broadcast_id, row.number, 1)
    callback = f"/webhooks/twilio/status/{site.app.state.api_context.tokens.make(attempt)}"
    form = {"AccountSid": account, "MessageSid": "SM1", "MessageStatus": "sent", "From": sender}
    signature = RequestValidator("twilio-test-token").compute_signature(f"https://loa.example{callback}", form)
    assert (await site.client.post(callback, data=form, headers={"X-Twilio-Signature": signature})).status_code == 204
    await apply_receipts(engines.worker, row.unit_id)
    shown = (await site.call("GET", path, headers={"Accept-Language": "en"})).json()
    assert shown["state"] == state
    assert (shown["note"] or "").startswith("The carrier says it left under another name") == (state == "paused")
    told = site.app.state.api_context.meters.exposition()
    assert (b"loa_other_senders_total 1.0" in told) == (state == "paused")


async def test_a_callback_that_meets_a_server_that_only_reads_may_be_tried_again(
    site: Site, urls: Urls, engines: Engines
) -> None:
    """503, and no traceback; once the server writes again, it is taken."""
    attempt = Attempt(site.world.units["nbk-thcs"], 7, 11, 1)
    path = f"/webhooks/twilio/status/{site.app.state.api_context.tokens.make(attempt)}"
    form = {"AccountSid": "AC1", "MessageSid": "SM1", "MessageStatus": "delivered"}
    headers = {"X-Twilio-Signature": RequestValidator("twilio-test-token").compute_signature(f"https://loa.example{path}", form)}
    database = urls.web.partition("@/")[2].partition("?")[0]
    await run(engines, f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    refused = [await site.client.post(path, data=form, headers=headers) for _ in range(3)]
    assert {(each.status_code, each.headers["retry-after"], each.json()["code"]) for each in refused} == {
        (503, "10", "server.unavailable")
    }
    await run(engines, f"ALTER DATABASE {database} RESET default_transaction_read_only")
    answers = [(await site.client.post(path, data=form, headers=headers)).status_code for _ in range(3)]
    assert answers[-1] == 204


async def _trouble(engines: Engines, channel: str, at: str | None, *, alive: bool = True) -> None:
    async with engines.worker.begin() as conn:
        if alive:
            await conn.exec_driver_sql(f"SELECT door_heartbeat('{WORKER}', 'urgent', now())")
        until = "NULL" if at is None else f"'{at}'"
        await conn.exec_driver_sql(f"SELECT door_note_trouble('{WORKER}', '{channel}', {until})")


async def test_carriers_that_take_nothing_are_told_of_before_approval_and_while_it_waits(
    site: Site, engines: Engines, master: MasterKey
) -> None:
    await _trouble(engines, "sms", "2026-09-07T00:01:54Z")
    made = (await site.call("POST", "/broadcasts", json=notice(channels=["sms"]))).json()
    assert made["note"] == "Nhà mạng đang không nhận. Thử lại lúc 07:01:54."
    path = await sending(site, engines, master)
    for language, note in (
        ("vi", "Nhà mạng đang không nhận. Thử lại lúc 07:01:54."),
        ("en", "The carrier takes nothing now. It is tried again at 07:01:54."),
    ):
        shown = (await site.call("GET", path, headers={"Accept-Language": language})).json()
        assert (shown["state"], shown["note"]) == ("sending", note)
    by_email = (await site.call("POST", "/broadcasts", json=notice(channels=["email"]))).json()
    assert by_email["note"] is None, "the other channel's carrier takes it"
    await _trouble(engines, "sms", None)
    assert (await site.call("GET", path)).json()["note"] is None


async def test_trouble_that_is_over_and_a_worker_that_is_dead_say_nothing(site: Site, engines: Engines) -> None:
    await _trouble(engines, "sms", "2026-09-06T23:59:00Z")
    asked = notice(channels=["sms"])
    assert (await site.call("POST", "/broadcasts", json=asked)).json()["note"] is None
    await _trouble(engines, "sms", "2026-09-07T00:10:00Z")
    assert (await site.call("POST", "/broadcasts", json=asked)).json()["note"] is not None
    await run(engines, "UPDATE worker_heartbeats SET seen_at = now() - interval '10 seconds'")
    assert (await site.call("POST", "/broadcasts", json=asked)).json()["note"] is None


async def test_an_estimate_counts_what_stands_before_and_the_carriers_rest(
    site: Site, engines: Engines, master: MasterKey
) -> None:
    asked = notice(channels=["sms"], sms_script="ascii")
    path = await sending(site, engines, master)
    await run(engines, "UPDATE delivery_chunks SET waiting = 600 WHERE channel = 'sms'")
    alone = (await site.call("POST", "/broadcasts", json=asked)).json()["estimate"]["seconds_left"]
    assert alone == 3, (
        "of its equals as much as its own: 3 messages of 1 segment each, twice, at 10 a second, and 2 s around them"
    )
    urgent = (await site.call("POST", "/broadcasts", json=asked | {"urgency": "advisory"})).json()["estimate"]["seconds_left"]
    assert urgent > 60, "all of what is more urgent"
    await _trouble(engines, "sms", "2026-09-07T00:01:00Z")
    assert (await site.call("POST", "/broadcasts", json=asked)).json()["estimate"]["seconds_left"] >= 62
    assert path
