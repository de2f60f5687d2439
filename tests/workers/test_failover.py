"""With real worker processes and two providers a channel: what one surely did not take is carried by
the next, each message once.
"""

from collections import Counter
from collections.abc import AsyncIterator

import pytest

from contact_registry.sealing import MasterKey
from tests.conftest import Engines, Urls
from tests.service.simulators.running import Simulators, running_simulators
from tests.workers.sending import ANOTHER, School, wipe

pytestmark = pytest.mark.acceptance


@pytest.fixture
async def school(engines: Engines, urls: Urls, master: MasterKey, master_text: str, valkey_url: str) -> AsyncIterator[School]:
    """Its own simulators are the first providers; `second` the others."""
    async with running_simulators() as first, running_simulators() as second:
        made = School(engines, urls, master, master_text, valkey_url, first, second)
        await wipe(valkey_url)
        yield made
        await made.stop()


async def carried(by: Simulators | None) -> Counter[tuple[str, str]]:
    assert by is not None
    return Counter((message["channel"], message["to"]) for message in await by.messages() if message["to"] != ANOTHER)


async def providers(school: School) -> dict[str, int]:
    rows = await school.rows("SELECT provider, count(*) AS n FROM deliveries GROUP BY provider")
    return {row.provider: row.n for row in rows}


async def test_everything_goes_by_the_first_while_it_works(school: School) -> None:
    broadcast = await school.approved(phones=30, emails=20)
    await school.start()
    progress = await school.until_completed(broadcast, 30)
    assert progress.accepted == 50
    assert await providers(school) == {"twilio": 30, "smtp": 20}
    assert await carried(school.second) == {}


@pytest.mark.parametrize(
    "fault",
    [
        {"twilio_code": 30002, "http_status": 403},  # the account is suspended
        {"twilio_code": 21408},  # nobody in this region
        {"twilio_code": 21617},  # a text it does not take
    ],
)
async def test_sms_that_the_first_account_will_not_take_go_by_the_second(school: School, fault: dict[str, int]) -> None:
    broadcast = await school.approved(phones=120, emails=0)
    await school.simulators.fault("sms", **fault)
    await school.start()
    progress = await school.until_completed(broadcast, 60)
    assert (progress.accepted, progress.failed, progress.uncertain) == (120, 0, 0)
    assert await providers(school) == {"twilio-2": 120}
    assert set((await carried(school.second)).values()) == {1}
    assert await carried(school.simulators) == {}


async def test_letters_that_the_first_relay_puts_off_go_by_the_second(school: School) -> None:
    broadcast = await school.approved(phones=0, emails=80)
    await school.simulators.fault("email", smtp_reply="451 4.3.0 try again later")
    await school.start()
    progress = await school.until_completed(broadcast, 60)
    assert (progress.accepted, progress.uncertain) == (80, 0)
    assert await carried(school.second) == {("email", f"parent{n}@example.com"): 1 for n in range(80)}


async def test_what_the_first_may_have_taken_is_looked_for_there_and_goes_by_nobody_else(school: School) -> None:
    broadcast = await school.approved(phones=200, emails=0)
    await school.simulators.fault("sms", hang_after_accept=1.0)
    await school.start()
    progress = await school.until_completed(broadcast, 90)
    assert (progress.accepted, progress.uncertain) == (200, 0)
    first, second = await carried(school.simulators), await carried(school.second)
    assert first.keys() & second.keys() == set()
    assert set((first + second).values()) == {1}
    assert len(second) >= 100, "its circuit opened"


async def test_what_nobody_takes_waits_and_the_warning_is_paused_with_the_reason(school: School) -> None:
    broadcast = await school.approved(phones=120, emails=0)
    for each in (school.simulators, school.second):
        assert each is not None
        await each.fault("sms", twilio_code=21408)
    await school.start()
    await school.until_state(broadcast, "paused", 30)
    progress = await school.until(broadcast, lambda told: told.sending == 0, 20)
    assert (progress.waiting, progress.failed) == (120, 0)
    (row,) = await school.rows("SELECT pause_reason FROM broadcasts")
    assert row.pause_reason == "twilio.21408"
    for each in (school.simulators, school.second):
        assert each is not None
        await each.fault("sms")
    await school.run("UPDATE broadcasts SET state = 'sending', pause_reason = NULL")
    progress = await school.until_completed(broadcast, 60)
    assert progress.accepted == 120
    assert set((await school.arrived()).values()) == {1}
