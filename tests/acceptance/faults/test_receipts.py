"""Receipts that never come, come twice, come in the wrong order, or were made up."""

import asyncio
import base64
import hmac
from urllib.parse import urlencode

import httpx
import pytest

from contact_registry import MasterKey
from service.database import make_engine, unit_transaction
from service.database.roles import WORKER
from service.deliveries import Attempt, AttemptTokens
from service.keyring.deployment import deployment_key
from service.standalone import postgres
from service.standalone.home import Home
from tests.acceptance.faults.breaking import ask, child
from tests.acceptance.faults.holding import number_of
from tests.acceptance.faults.people import PARENTS, everybody, of_class
from tests.acceptance.faults.settled import progress_by, settled_exactly
from tests.acceptance.system import System, wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]


def test_receipts_doubled_and_disordered_leave_the_furthest_word(system: System) -> None:
    marker = "bao nhan lon xon"
    system.faults(channel="sms", duplicate_callbacks=0.5, reorder_callbacks=0.5)
    broadcast = system.send(marker)
    wait_for("all receipts are in", lambda: progress_by(system, broadcast, "sms") == {"delivered": PARENTS}, 30)
    wait_for("the inbox is empty", lambda: ask(system, "SELECT count(*) FROM receipts_inbox") == [(0,)], 20)

    states = settled_exactly(system, broadcast, marker, everybody())
    assert states == {"delivered": PARENTS, "accepted": PARENTS}


def test_receipts_that_never_come_leave_what_was_accepted_so(system: System) -> None:
    marker = "khong bao nhan"
    system.faults(channel="sms", drop_callbacks=1)
    broadcast = system.send(marker)
    wait_for("all have left", lambda: progress_by(system, broadcast) == {"accepted": 2 * PARENTS}, 30)

    states = settled_exactly(system, broadcast, marker, everybody())  # which ends the fault: the very last may still be told
    assert states["accepted"] > PARENTS, "all emails, and what was never told of"
    assert states.keys() <= {"accepted", "delivered"}


def test_forged_receipts_are_refused_and_change_nothing(system: System) -> None:
    """By somebody who saw the addresses that receipts go to, and does not have the account's token."""
    marker, of = "bao nhan gia", "6A1"
    system.faults(channel="sms", drop_callbacks=1)
    broadcast = system.send(marker, classes=[of])
    wait_for("all have left", lambda: progress_by(system, broadcast) == {"accepted": 40}, 30)

    for url in asyncio.run(_receipt_urls(system, broadcast)):
        said = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "undelivered", "ErrorCode": "30005"}
        for token in ("", "somebody else's"):
            form = url + "".join(name + said[name] for name in sorted(said))
            signature = base64.b64encode(hmac.new(token.encode(), form.encode(), "sha1").digest()).decode()
            answer = httpx.post(
                url,
                content=urlencode(said),
                headers={"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"},
            )
            assert answer.status_code == 403, "a forged receipt is taken"
            assert answer.json()["code"] == "webhook.bad_signature"

    states = settled_exactly(system, broadcast, marker, of_class(of))
    assert states == {"accepted": 40}


async def _receipt_urls(system: System, broadcast: str) -> list[str]:
    """Where the carrier was told to send the receipts of a broadcast's SMS."""
    told = child(system, "web").environ()
    engine = make_engine(postgres.url(Home.at(system.home), WORKER), name="test", pool_size=1)
    async with unit_transaction(engine, None) as conn:
        tokens = AttemptTokens(await deployment_key(conn, MasterKey.parse(told["LOA_MASTER_KEY"]), "attempt_token"))
    await engine.dispose()
    number = number_of(system, broadcast)
    rows = ask(system, "SELECT unit_id, number, attempt FROM deliveries WHERE broadcast_id = %s AND channel = 'sms'", number)
    base = system.demo["lookup_url"].rstrip("/")
    return [f"{base}/webhooks/twilio/status/{tokens.make(Attempt(unit, number, n, attempt))}" for unit, n, attempt in rows]
