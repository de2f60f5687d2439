"""Another sender than the registered one, found where a message is looked for or asked for."""

from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr

from service.carriers import twilio
from tests.factories.receipts import apply_receipts
from tests.workers.jobs.conftest import Bench
from tests.workers.jobs.test_carrying import Answering, deliver, route
from workers.channels.base import Accepted, Outcome, Said, Unknown
from workers.kept.tools import Tools
from workers.rounds.polling import poll
from workers.rounds.reconciling import reconcile


class Renaming(Answering):
    """Takes everything, and says that it left under another name."""

    answer: Outcome = Unknown("timeout")
    name: str | None = "NOTIFY"

    async def find(self, to: str, *_: object) -> Accepted | None:
        return Accepted(f"SM{to[1:]}", self.name)

    async def fetch(self, provider_id: str) -> Said | None:  # noqa: ARG002 - the carrier's signature
        return twilio.said("SM1", "delivered", None, self.name)


def _tools(bench: Bench, carrier: Renaming) -> Tools:
    told = {"twilio_account_sid": "AC1", "twilio_auth_token": SecretStr("t")}
    return replace(bench.tools, sms=route(twilio=carrier), settings=bench.tools.settings.model_copy(update=told))


async def _polled(bench: Bench, tools: Tools) -> None:
    """Two hours later."""
    bench.clock.ahead += timedelta(hours=2)
    await poll(tools, spacing=0)
    await apply_receipts(tools.engine, bench.approved.unit_id)


async def test_what_is_found_under_another_name_pauses_the_warning(bench: Bench) -> None:
    tools = _tools(bench, Renaming())
    await deliver(bench, tools)
    await reconcile(tools)
    assert await bench.state() == ("paused", "sender.other")
    assert (await bench.approved.states())["accepted"] == 3
    assert b"loa_other_senders_total 3.0" in tools.meters.exposition()


async def test_what_is_answered_under_another_name_pauses_the_warning(bench: Bench) -> None:
    carrier = Renaming()
    carrier.answer = Accepted("SM1", "NOTIFY")
    await deliver(bench, _tools(bench, carrier))
    assert await bench.state() == ("paused", "sender.other")


async def test_what_a_service_has_no_sender_for_yet_is_told_when_it_is_asked_for(bench: Bench) -> None:
    """Its answer names none; nor does a receipt come."""
    carrier = Renaming()
    carrier.answer = Accepted("SM1", None)
    tools = _tools(bench, carrier)
    await deliver(bench, tools)
    assert await bench.state() == ("sending", None)
    await _polled(bench, tools)
    assert await bench.state() == ("paused", "sender.other")


async def test_what_is_asked_for_after_a_person_resumed_it_pauses_it_no_more(bench: Bench) -> None:
    """What left before is known to them. Each of a thousand chunks would stop it again, an hour later and after six."""
    carrier = Renaming()
    carrier.answer = Accepted("SM1", None)
    tools = _tools(bench, carrier)
    await deliver(bench, tools)
    await bench.approved.run("UPDATE broadcasts SET updated_at = now() + interval '1 minute'")
    await _polled(bench, tools)
    assert await bench.state() == ("sending", None)
    assert (await bench.approved.states())["delivered"] == 3


async def test_the_registered_name_pauses_nothing(bench: Bench) -> None:
    carrier = Renaming()
    carrier.name = "SGDDTDNAI"
    tools = _tools(bench, carrier)
    await deliver(bench, tools)
    await reconcile(tools)
    assert await bench.state() == ("sending", None)
