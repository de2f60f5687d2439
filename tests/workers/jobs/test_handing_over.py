"""What goes wrong on our own side of a carrier: told for what it is, and never sent on a guess."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from tests.workers.jobs.conftest import Bench, Carrier
from workers.carriers import Circuit, Provider, Route
from workers.channels.base import Accepted, Outcome, Refused
from workers.delivering.job import deliver_chunk
from workers.kept.contents import Content, Contents
from workers.kept.tools import Tools


class Mistaken(Carrier):
    """A channel with a mistake in it, which shows at the second message."""

    async def send(self, to: str, letter: object, *further: object) -> Outcome:  # noqa: ARG002 - the carrier's signature
        self.taken.append(to)
        if len(self.taken) == 2:
            raise KeyError("a mistake of ours")
        return Accepted(f"id-{len(self.taken)}")


class Refusing(Carrier):
    """Takes nobody: the first for trouble of its own, the others because their phone is off."""

    async def send(self, to: str, letter: object, *further: object) -> Outcome:  # noqa: ARG002 - the carrier's signature
        self.taken.append(to)
        return Refused("connect" if len(self.taken) == 1 else "twilio.30003", "temporary")


class Silent(Contents):
    """Of records that say nothing on any channel."""

    async def of(self, conn: AsyncConnection, record_id: UUID) -> Content:  # noqa: ARG002 - what it stands in for
        return Content(sms=None, email=None, expires_at=datetime.now(UTC) + timedelta(hours=1), one_click=False)


async def _sms(bench: Bench, tools: Tools) -> list[tuple[str, str | None]]:
    """State and reason of each SMS, once they were handed over."""
    await bench.beat()
    await deliver_chunk({"tools": tools}, bench.approved.unit_id, bench.approved.broadcast_id, 0, 0)
    rows = await bench.approved.rows("SELECT state, reason FROM deliveries WHERE channel = 'sms' ORDER BY state, number")
    return [tuple(row) for row in rows]


async def test_a_mistake_in_a_channel_leaves_its_message_in_doubt_and_no_other(bench: Bench) -> None:
    tools = replace(bench.tools, sms=Route([Provider("twilio", Mistaken(), Circuit("twilio"))]))
    assert await _sms(bench, tools) == [("accepted", None), ("accepted", None), ("uncertain", "channel.raised")]


async def test_an_address_that_does_not_open_fails_and_nobody_is_called_for_it(bench: Bench) -> None:
    await bench.approved.run(
        "UPDATE deliveries SET address_sealed = 'x' WHERE number = (SELECT min(number) FROM deliveries WHERE channel = 'sms')"
    )
    assert await _sms(bench, bench.tools) == [("accepted", None), ("accepted", None), ("failed", "address.unreadable")]
    assert len(bench.carrier.taken) == 2


async def test_a_record_without_a_text_for_the_channel_pauses_its_broadcast_and_sends_nothing(bench: Bench) -> None:
    tools = replace(bench.tools, contents=Silent("canhbao@dongnai.example"))
    assert await _sms(bench, tools) == [("waiting", None)] * 3
    assert await bench.state() == ("paused", "content.missing")
    assert bench.carrier.taken == []


async def test_what_is_refused_for_reasons_of_its_own_is_counted_and_a_carriers_trouble_is_not(bench: Bench) -> None:
    tools = replace(bench.tools, sms=Route([Provider("twilio", Refusing(), Circuit("twilio"))]))
    await _sms(bench, tools)
    rows = await bench.approved.rows("SELECT reason, returned, attempt FROM deliveries WHERE channel = 'sms' ORDER BY reason")
    assert [tuple(row) for row in rows] == [("connect", 0, 1), ("twilio.30003", 1, 1), ("twilio.30003", 1, 1)]


async def test_so_often_counted_it_ends(bench: Bench) -> None:
    await bench.approved.run("UPDATE deliveries SET returned = 3")
    tools = replace(bench.tools, sms=Route([Provider("twilio", Refusing(), Circuit("twilio"))]))
    assert await _sms(bench, tools) == [("failed", "twilio.30003"), ("failed", "twilio.30003"), ("waiting", "connect")]
