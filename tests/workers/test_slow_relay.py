"""Behind a relay that takes its time an emergency's SMS finds a place and a chunk of its own."""

import asyncio
import time

import pytest

from tests.factories.approved import approve_another, approve_broadcast
from tests.workers.sending import School

pytestmark = pytest.mark.acceptance


async def test_a_slow_relay_keeps_no_emergencys_sms_waiting(school: School) -> None:
    first = await approve_broadcast(school.engines, school.master, phones=1, emails=1600, urgency="urgent")
    school.unit = first.unit_id
    await school.simulators.fault("email", latency_ms=15_000)
    process = await school.start("urgent")
    await asyncio.sleep(6)  # its hands are full of letters
    began = time.monotonic()
    second = await approve_another(first, unit="nbk-thcs", urgency="emergency")
    left = f"SELECT 1 FROM deliveries WHERE broadcast_id = {second.broadcast_id} AND channel = 'sms' AND state = 'accepted'"
    async with asyncio.timeout(30):
        while not await school.rows(left):  # noqa: ASYNC110 - nobody tells this process
            await asyncio.sleep(0.1)
    process.kill()
    assert time.monotonic() - began < 3
