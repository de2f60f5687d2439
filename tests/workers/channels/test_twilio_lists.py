"""How far a gateway's list reaches: by its newest message of ours, and by our clock, whatever its own says."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.rude_twilio import rude_twilio
from tests.service.simulators.running import ACCOUNT, TOKEN, Simulators
from workers.channels.sms_twilio import SmsTwilio

TO = "+84912345678"


async def test_how_far_the_list_reaches_is_told_by_its_newest_message(simulators: Simulators) -> None:
    channel = SmsTwilio(simulators.url, ACCOUNT, TOKEN, "SGDDTDNAI")
    assert await channel.listed_until() is None
    await channel.send(TO, "Tin 4071 8826 3163", "http://127.0.0.1:9/nowhere", 3600)
    reach = await channel.listed_until()
    assert reach is not None
    assert abs(reach - datetime.now(UTC)) < timedelta(seconds=5)
    await simulators.fault("sms", list_lag_ms=60_000)
    assert await channel.listed_until() is None
    assert await channel.find(TO, datetime.now(UTC), "4071 8826 3163") is None
    await channel.close()


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(minutes=7), timedelta(minutes=-7)])
async def test_a_gateways_clock_that_is_wrong_makes_no_message_younger_than_it_is(ahead: timedelta) -> None:
    """Nor does what a parent writes back, which is no message of ours."""
    made = datetime.now(UTC) - timedelta(minutes=1)
    async with rude_twilio(ahead=ahead) as gateway:
        gateway.message(TO, "Tin", date_created=made)
        gateway.message(TO, "Vâng", direction="inbound")
        channel = SmsTwilio(gateway.url, ACCOUNT, TOKEN, "SGDDTDNAI")
        reach = await channel.listed_until()
        await channel.close()
    assert reach is not None
    assert made - timedelta(seconds=10) < reach <= made


@pytest.mark.parametrize("ahead", [timedelta(minutes=7), timedelta(minutes=-7)])
async def test_a_gateways_clock_that_is_wrong_hides_no_message(ahead: timedelta) -> None:
    """What was taken must not be missed only because its carrier dates it before the call."""
    async with rude_twilio(ahead=ahead) as gateway:
        channel = SmsTwilio(gateway.url, ACCOUNT, TOKEN, "SGDDTDNAI")
        called = datetime.now(UTC)
        made = gateway.message(TO, "Tin 4071 8826 3163", date_created=called)
        found = await channel.find(TO, called, "4071 8826 3163")
        assert found is not None
        assert found.provider_id == made["sid"]
        assert await channel.find(TO, called + timedelta(hours=1), "4071 8826 3163") is None
        await channel.close()
