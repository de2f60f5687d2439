"""A provider that says "too fast", at once or in a receipt, is given less from then on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.factories.waiting import until
from tests.workers.jobs.conftest import Bench, Carrier
from workers.carriers import Circuit, Provider, Route
from workers.channels.base import Outcome, Refused
from workers.delivering.job import deliver_chunk
from workers.kept.tools import Tools
from workers.pacing import Pacing
from workers.rounds.sweeping import receive


class Busy(Carrier):
    """Takes nothing, and says why."""

    async def send(self, to: str, letter: object, *further: object) -> Outcome:  # noqa: ARG002 - the carrier's signature
        return Refused("twilio.20429", "temporary")


@pytest.fixture
async def tools(bench: Bench) -> AsyncIterator[Tools]:
    """With a provider that is paced, and busy."""
    pacing = Pacing(None, "urgent", {"twilio": 1000.0})
    keeping = asyncio.create_task(pacing.keep())
    yield replace(bench.tools, pacing=pacing, sms=Route([Provider("twilio", Busy(), Circuit("twilio"))]))
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def _slowed(tools: Tools) -> None:
    """Returns once less of the rate is in force."""
    await until("it is slowed down", lambda: tools.pacing.standing()["twilio"].share < 1, 5)


async def test_by_its_answer(bench: Bench, tools: Tools) -> None:
    await bench.beat()
    await deliver_chunk({"tools": tools}, bench.approved.unit_id, bench.approved.broadcast_id, 0, 0)
    await _slowed(tools)


async def test_by_a_receipt(bench: Bench, tools: Tools) -> None:
    await bench.approved.run("UPDATE deliveries SET state = 'calling', attempt = 1, provider = 'twilio'")
    await bench.approved.run("UPDATE deliveries SET state = 'accepted'")
    await bench.approved.run(
        "INSERT INTO receipts_inbox (unit_id, broadcast_id, number, attempt, provider_id, status, error_code, received_at)"
        " SELECT unit_id, broadcast_id, number, 1, 'SM1', 'failed', 'twilio.30001', now() FROM deliveries WHERE channel = 'sms'"
    )
    await receive(tools)
    await _slowed(tools)
