"""With real worker processes: whoever's number is refused, at once or by receipt,
has the warning by email within seconds, once.
"""

import asyncio

import pytest

from service.carriers import twilio
from service.clock import system_clock
from service.deliveries import Attempt, Receipt, ReceiptIntake
from tests.workers.sending import School

pytestmark = pytest.mark.acceptance


async def test_those_whose_number_is_refused_have_it_by_email(school: School) -> None:
    broadcast = await school.approved(phones=60, emails=0, with_emails=50, fallback="email")
    await school.simulators.fault("sms", twilio_code=21211, error_rate=0.5)
    await asyncio.gather(school.start(), school.start())
    progress = await school.until_completed(broadcast, 60)
    arrived = await school.arrived()
    by_email = {address for channel, address in arrived if channel == "email"}
    assert set(arrived.values()) == {1}
    assert progress.fallbacks == len(by_email) > 0
    assert progress.total == 60 + progress.fallbacks == progress.accepted + progress.failed

    # … and receipts that come after it was completed do the same, for those who have not had it.
    await school.simulators.fault("sms")
    rows = await school.rows(
        "SELECT d.number, d.attempt FROM deliveries d JOIN contact_points p USING (channel, address_hash) JOIN contact_points e"
        " ON e.contact_id = p.contact_id AND e.channel = 'email' WHERE d.channel = 'sms' AND d.state = 'accepted' LIMIT 5"
    )
    intake = ReceiptIntake(school.engines.web, system_clock)
    intake.start()
    for row in rows:
        await intake.store(
            Receipt(
                Attempt(school.unit, broadcast, row.number, row.attempt), twilio.said(f"SM{row.number}", "undelivered", "30005")
            )
        )
    await intake.stop()
    progress = await school.until(broadcast, lambda told: told.fallbacks == len(by_email) + 5 and not told.waiting, 10)
    progress = await school.until_completed(broadcast, 10)
    arrived = await school.arrived()
    assert len([1 for channel, _ in arrived if channel == "email"]) == progress.fallbacks == len(by_email) + 5
    assert set(arrived.values()) == {1}
