"""To the second: what is scheduled leaves on time, by a worker that has planned it before."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.workers.sending import School

pytestmark = pytest.mark.acceptance


async def test_the_first_message_leaves_within_a_second_of_its_time_and_none_before(school: School) -> None:
    broadcast = await school.approved(phones=600, emails=200, send_in=timedelta(seconds=12))
    async with school.engines.owner.connect() as conn:
        send_at = (await conn.execute(text("SELECT send_at FROM broadcasts"))).scalar_one()
    await school.start("urgent")
    await school.until(broadcast, lambda progress: progress.accepted > 0, 30)
    assert datetime.now(UTC) >= send_at
    await school.until_completed(broadcast, 60)
    received = sorted(datetime.fromisoformat(each["received_at"]) for each in await school.simulators.messages())
    assert len(received) == 800
    assert timedelta(0) <= received[0] - send_at < timedelta(seconds=1), received[0] - send_at
    print(f"first after {received[0] - send_at}, last after {received[-1] - send_at}")  # noqa: T201
