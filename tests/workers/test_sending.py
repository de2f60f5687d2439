"""From an approved warning to every parent's phone, with real worker processes that are killed and queues that are lost."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from contact_registry import MasterKey
from tests.conftest import Engines, Urls
from tests.service.simulators.running import Simulators, running_simulators
from tests.workers.sending import School

PHONES, EMAILS = 700, 300


async def wipe(valkey: str) -> None:
    async with Redis(unix_socket_path=valkey.removeprefix("unix://")) as redis:
        await redis.flushall()


@pytest.fixture
async def simulators() -> AsyncIterator[Simulators]:
    async with running_simulators() as made:
        yield made


@pytest.fixture
async def school(
    engines: Engines, urls: Urls, master: MasterKey, master_text: str, valkey_url: str, simulators: Simulators
) -> AsyncIterator[School]:
    made = School(engines, urls, master, master_text, valkey_url, simulators)
    await wipe(valkey_url)
    yield made
    await made.stop()


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
