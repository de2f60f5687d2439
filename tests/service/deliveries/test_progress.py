"""Progress: the rate is of what left, up to the last departure."""

from datetime import UTC, datetime, timedelta

from service.database import unit_transaction
from service.deliveries import progress_of
from tests.factories.approved import Approved


async def test_the_rate_stands_still_when_nothing_leaves_any_more(planned: Approved) -> None:
    await planned.run("UPDATE broadcasts SET planned_at = now() - interval '10 seconds'")
    await planned.run("UPDATE deliveries SET state = 'calling'")
    await planned.run("UPDATE deliveries SET state = 'accepted'")
    await planned.run("UPDATE delivery_chunks SET left_at = (SELECT planned_at FROM broadcasts) + interval '5 seconds'")
    await planned.run("UPDATE deliveries SET state = 'delivered'")  # receipts come for long, and are no departures

    async with unit_transaction(planned.engines.web, planned.unit_id) as conn:
        progress = await progress_of(conn, planned.broadcast_id, now=datetime.now(UTC) + timedelta(hours=1))
    assert (progress.delivered, progress.rate) == (5, 1.0)
