"""Real workers and a gateway that refuses, or sends under another name: one odd number stops nobody; what is set up wrongly stops
the warning and is named.
"""

from tests.factories.rude_twilio import rude_twilio
from tests.workers.sending import School


async def test_a_few_odd_numbers_whose_code_nobody_knows_end_for_themselves(school: School) -> None:
    broadcast = await school.approved(phones=120, emails=0)
    async with rude_twilio(refuses=(400, 21999), every=30) as gateway:
        await school.start(LOA_TWILIO_API_URL=gateway.url)
        progress = await school.until_completed(broadcast, 30)
        assert (progress.accepted, progress.failed) == (116, 4)
        assert len(gateway.taken) == 116
        assert {form["StatusCallback"].partition("#")[2] for form in gateway.taken} == {"rc=5&rp=all"}, (
            "told again if we were away"
        )
    rows = await school.rows("SELECT DISTINCT reason FROM deliveries WHERE state = 'failed'")
    assert [row.reason for row in rows] == ["twilio.21999"]


async def test_a_gateway_that_sends_us_elsewhere_is_set_up_wrongly_and_pauses_the_warning(school: School) -> None:
    broadcast = await school.approved(phones=40, emails=0)
    async with rude_twilio(refuses=(301, None), headers={"Location": "https://gateway.example/"}) as gateway:
        await school.start(LOA_TWILIO_API_URL=gateway.url)
        await school.until_state(broadcast, "paused", 20)
        progress = await school.until(broadcast, lambda told: told.sending == 0, 20)
    assert (progress.waiting, progress.uncertain, progress.failed) == (40, 0, 0)
    (row,) = await school.rows("SELECT pause_reason FROM broadcasts")
    assert row.pause_reason == "http.301"


async def test_a_gateway_that_sends_under_another_name_is_given_no_more(school: School) -> None:
    broadcast = await school.approved(phones=400, emails=0)
    async with rude_twilio(sender="NOTIFY") as gateway:
        await school.start(LOA_TWILIO_API_URL=gateway.url)
        await school.until_state(broadcast, "paused", 20)
        progress = await school.until(broadcast, lambda told: told.sending == 0, 20)
    assert progress.accepted == len(gateway.taken) < 300
    assert progress.waiting == 400 - progress.accepted
    (row,) = await school.rows("SELECT pause_reason FROM broadcasts")
    assert row.pause_reason == "sender.other"
