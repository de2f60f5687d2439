"""Behind a relay that takes its time an emergency's SMS finds a place and a chunk of its own."""

import time

import pytest

from tests.factories.approved import approve_another, approve_broadcast
from tests.factories.waiting import until
from tests.workers.sending import School
from workers.kept.window import GROUPS

pytestmark = pytest.mark.acceptance


async def test_a_slow_relay_keeps_no_emergencys_sms_waiting(school: School) -> None:
    first = await approve_broadcast(school.engines, school.master, phones=1, emails=1600, urgency="urgent")
    school.unit = first.unit_id
    await school.simulators.fault("email", latency_ms=15_000)
    process = await school.start("urgent")

    async def full() -> bool:
        (row,) = await school.rows("SELECT count(*) AS n FROM deliveries WHERE state = 'calling'")
        return bool(row.n == 2 * GROUPS["email"])

    await until("its hands are full of letters", full, 30)
    began = time.monotonic()
    second = await approve_another(first, unit="nbk-thcs", urgency="emergency")
    left = f"SELECT 1 FROM deliveries WHERE broadcast_id = {second.broadcast_id} AND channel = 'sms' AND state = 'accepted'"
    await until("the SMS has left", lambda: school.rows(left), 30)
    process.kill()
    assert time.monotonic() - began < 3
