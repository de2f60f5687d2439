"""From an approved warning to every parent's phone, with real worker processes that are killed and queues that are lost."""

import asyncio
import signal

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from tests.factories.waiting import stays, until
from tests.workers.sending import School, wipe

pytestmark = pytest.mark.acceptance

PHONES, EMAILS = 700, 300


async def test_every_parent_gets_one_message_with_a_number_of_its_own(school: School) -> None:
    broadcast = await school.approved(phones=PHONES, emails=EMAILS)
    await school.start("urgent")
    progress = await school.until_completed(broadcast)

    assert (progress.total, progress.accepted) == (PHONES + EMAILS, PHONES + EMAILS)
    arrived = await school.arrived()
    assert len(arrived) == PHONES + EMAILS
    assert set(arrived.values()) == {1}
    texts = [message["text"] for message in await school.simulators.messages()]
    assert "{number}" not in "".join(texts)
    assert len(set(texts)) == PHONES + EMAILS


async def test_a_killed_worker_sends_nothing_twice_and_loses_nothing(school: School) -> None:
    broadcast = await school.approved(phones=PHONES, emails=EMAILS)
    await school.simulators.fault("sms", latency_ms=150)
    await school.simulators.fault("email", latency_ms=150)
    worker = await school.start("urgent")
    await school.until_sent(broadcast, 150)
    worker.kill()
    await worker.wait()
    await school.start("urgent")
    progress = await school.until_completed(broadcast, 120)

    arrived = await school.arrived()
    assert set(arrived.values()) == {1}
    assert progress.uncertain <= 50
    assert progress.accepted + progress.uncertain == PHONES + EMAILS
    assert len(arrived) >= progress.accepted
    assert len([1 for channel, _ in arrived if channel == "sms"]) == PHONES


async def test_a_wiped_queue_delays_and_loses_nothing(school: School) -> None:
    broadcast = await school.approved(phones=PHONES, emails=EMAILS)
    await school.simulators.fault("sms", latency_ms=100)
    await school.start("urgent")
    await school.until_sent(broadcast, 100)
    await wipe(school.valkey)
    progress = await school.until_completed(broadcast, 60)

    assert progress.uncertain == 0
    arrived = await school.arrived()
    assert (len(arrived), set(arrived.values())) == (PHONES + EMAILS, {1})


async def test_a_worker_asked_to_stop_leaves_nothing_in_doubt(school: School) -> None:
    broadcast = await school.approved(phones=PHONES, emails=EMAILS)
    await school.simulators.fault("sms", latency_ms=300)
    worker = await school.start("urgent")
    await school.until_sent(broadcast, 60)
    worker.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(worker.wait(), 20) == 0
    progress = await school.progress(broadcast)
    assert (progress.sending, progress.uncertain) == (0, 0)
    assert progress.waiting > 0
    await school.simulators.fault("sms", latency_ms=0)
    await school.start("urgent")
    progress = await school.until_completed(broadcast, 60)
    assert progress.accepted == PHONES + EMAILS
    assert set((await school.arrived()).values()) == {1}


async def test_an_advisory_is_sent_by_the_bulk_worker_only(school: School) -> None:
    broadcast = await school.approved(phones=30, emails=10, urgency="advisory")
    await school.start("urgent")

    async def relayed() -> bool:
        (row,) = await school.rows("SELECT count(*) FILTER (WHERE relayed_at IS NULL) AS left, count(*) AS all FROM outbox")
        return bool(row.left == 0 < row.all)

    async def untouched() -> bool:
        return (await school.arrived(), await school.state(broadcast)) == ({}, "approved")

    await until("it relays", relayed, 30)
    await stays("it plans nothing and sends nothing", untouched, 2)
    await school.start("bulk")
    progress = await school.until_completed(broadcast, 30)
    assert progress.accepted == 40
    assert (len(await school.arrived()), set((await school.arrived()).values())) == (40, {1})


async def test_sms_whose_answer_never_came_are_found_in_the_providers_list(school: School) -> None:
    broadcast = await school.approved(phones=40, emails=0)
    await school.simulators.fault("sms", hang_after_accept=1.0)
    await school.start("urgent")
    seen = await school.until(broadcast, lambda progress: progress.uncertain + progress.accepted == 40, 30)
    assert seen.waiting == 0, "nothing in doubt is sent again"
    progress = await school.until_completed(broadcast, 30)
    assert (progress.accepted, progress.uncertain) == (40, 0)
    arrived = await school.arrived()
    assert (len(arrived), set(arrived.values())) == (40, {1})


async def test_emails_whose_answer_never_came_stay_in_doubt_and_are_not_sent_again(school: School) -> None:
    broadcast = await school.approved(phones=0, emails=10)
    await school.simulators.fault("email", hang_after_accept=1.0)
    await school.start("urgent", LOA_SMTP_CONNECTIONS_PER_DOMAIN="10", LOA_SMTP_ANSWER_SECONDS="5")
    await school.until(broadcast, lambda progress: progress.uncertain == 10, 30)
    await school.simulators.fault("email")
    progress = await school.until_completed(broadcast, 10)
    assert (progress.uncertain, progress.accepted, progress.waiting) == (10, 0, 0)
    arrived = await school.arrived()
    assert (len(arrived), set(arrived.values())) == (10, {1})
    assert await school.claims(broadcast) == [1], "its chunk was leased once"


async def test_a_worker_that_cannot_say_it_lives_ends(school: School) -> None:
    await school.approved(phones=1, emails=0)
    async with school.engines.owner.begin() as conn:
        await conn.execute(text("REVOKE EXECUTE ON FUNCTION door_heartbeat(uuid, text, timestamptz) FROM loa_worker"))
    worker = await school.start("urgent")
    assert await asyncio.wait_for(worker.wait(), 20) == 1, "its leases would be worth nothing"


async def test_a_worker_with_another_master_key_ends_and_does_not_hang(school: School) -> None:
    worker = await school.start("urgent", LOA_MASTER_KEY=MasterKey.generate())
    assert await asyncio.wait_for(worker.wait(), 20) == 1


async def test_a_worker_without_any_carrier_lives_and_says_so(school: School) -> None:
    broadcast = await school.approved(phones=1, emails=1)
    worker = await school.start("urgent", LOA_TWILIO_ACCOUNT_SID="", LOA_SMTP_HOST="")
    await school.until_state(broadcast, "paused", 30)
    assert worker.returncode is None
