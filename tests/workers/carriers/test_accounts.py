"""What the settings say of a provider is what it is called with."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from service.settings import Settings, SmtpRelay, TwilioAccount
from tests.service.simulators.running import ACCOUNT, TOKEN, Simulators, running_simulators
from tests.workers.channels.test_email_smtp import letter
from workers.carriers import email_route, rates, sms_route
from workers.channels.base import Accepted, CannotList, Outcome

TO = "+84912345678"


@pytest.fixture
async def simulators() -> AsyncIterator[Simulators]:
    async with running_simulators() as made:
        yield made


@pytest.fixture
def settings(simulators: Simulators) -> Settings:
    """Two accounts and two relays, all of them the simulators'."""
    return Settings(
        twilio_api_url=simulators.url,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=SecretStr(TOKEN),
        twilio_sender="SGD DONGNAI",
        twilio_retention="discard",
        twilio_segments_per_second=20,
        further_twilio=(
            TwilioAccount(name="twilio-2", api_url=simulators.url, account_sid=ACCOUNT, auth_token=SecretStr(TOKEN)),
            TwilioAccount(
                name="twilio-3", api_url=simulators.url, account_sid=ACCOUNT, auth_token=SecretStr(TOKEN), sender="OTHER"
            ),
        ),
        smtp_host="127.0.0.1",
        smtp_port=simulators.smtp_port,
        smtp_tls="none",
        smtp_from="canhbao@dongnai.example",
        smtp_connections=3,
        smtp_connections_per_domain=2,
        further_smtp=(SmtpRelay(name="smtp-2", host="127.0.0.1", port=1, tls="none", messages_per_second=5),),
    )


async def test_each_account_sends_in_its_name_and_is_asked_what_it_keeps(simulators: Simulators, settings: Settings) -> None:
    route = sms_route(settings)
    assert [each.name for each in route.providers] == ["twilio", "twilio-2", "twilio-3"]
    found: list[Accepted | None] = []
    reasons: list[str] = []
    for channel in route.channels:
        outcome: Outcome = await channel.send(TO, "Số tra cứu: 4071 8826 3163", "http://127.0.0.1:9/nowhere", 3600)
        assert isinstance(outcome, Accepted)
        try:
            found.append(await channel.find(TO, datetime.now(UTC), "4071 8826 3163"))
        except CannotList as cannot:
            reasons.append(cannot.reason)
        await channel.close()
    assert [message["from"] for message in await simulators.messages()] == ["SGD DONGNAI", "SGD DONGNAI", "OTHER"]
    assert reasons == ["content.discarded"]
    assert [each.sender for each in found if each and each.provider_id.startswith("SM")] == ["SGD DONGNAI", "OTHER"]


async def test_a_relay_has_as_many_connections_and_letters_to_a_domain_as_are_set(
    simulators: Simulators, settings: Settings
) -> None:
    first, second = email_route(settings).channels
    await simulators.fault("email", latency_ms=300)
    many = [f"p{n}@big.example" for n in range(6)]
    sent = await asyncio.gather(*(first.send(to, letter(to)) for to in [*many, "one@small.example"]))
    assert all(isinstance(outcome, Accepted) for outcome in sent)
    order = [message["to"] for message in await simulators.messages()]
    assert order.index("one@small.example") <= 2, "it does not wait for the five before it"
    assert not isinstance(await second.send("a@big.example", letter("a@big.example")), Accepted), "that relay is another"
    await asyncio.gather(first.close(), second.close())


def test_each_has_the_rate_it_is_set(settings: Settings) -> None:
    assert rates(settings) == {"twilio": 20, "twilio-2": 10, "twilio-3": 10, "smtp": 1000, "smtp-2": 5}
