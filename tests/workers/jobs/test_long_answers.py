"""A carrier that thinks for minutes behind a letter: nobody is in doubt for it, its chunk keeps its lease,
and others have its place.
"""

import asyncio
from dataclasses import replace

from tests.workers.jobs.conftest import Bench, Carrier
from workers.carriers import Circuit, Provider, Route
from workers.channels.base import SmsChannel
from workers.delivering.job import deliver_chunk

CHUNK = "SELECT nudged_at IS NOT NULL AS has_place, holder, lease_until > now() AS leased FROM delivery_chunks WHERE chunk = 0"


async def test_a_chunk_that_only_waits_for_answers_leaves_its_place_and_keeps_its_lease(bench: Bench) -> None:
    bench.carrier.open.clear()
    await bench.approved.run("UPDATE delivery_chunks SET nudged_at = now() WHERE chunk = 0")
    await bench.beat()
    async with asyncio.timeout(15):
        await deliver_chunk({"tools": bench.tools}, bench.approved.unit_id, bench.approved.broadcast_id, 0, 0)
    (row,) = await bench.approved.rows(CHUNK)
    assert (row.has_place, row.holder, row.leased) == (False, bench.tools.worker, True)
    assert await bench.approved.states() == {"calling": 3, "waiting": 2}, "nobody is in doubt"
    assert bench.tools.sms.providers[0].circuit.state == 0, "nor is it the carrier's trouble"

    bench.carrier.open.set()
    await asyncio.gather(*bench.tools.sending)
    assert await bench.approved.states() == {"accepted": 3, "waiting": 2}
    (row,) = await bench.approved.rows(CHUNK)
    assert row.holder is None


class Lines:
    """So many lines to a carrier."""

    def __init__(self, free: int) -> None:
        self.free = free

    def __call__(self, wanted: int) -> int:
        return min(wanted, self.free)


async def test_nobody_is_marked_for_whom_there_is_no_line(bench: Bench) -> None:
    bench.carrier.open.clear()
    route: Route[SmsChannel] = Route([Provider("twilio", bench.carrier, Circuit("twilio"), lines := Lines(1))])
    tools = replace(bench.tools, sms=route)
    await bench.beat()
    job = asyncio.create_task(deliver_chunk({"tools": tools}, bench.approved.unit_id, bench.approved.broadcast_id, 0, 0))
    await bench.carrier.has(1)
    lines.free = 0
    assert await bench.approved.states() == {"calling": 1, "waiting": 4}
    bench.carrier.open.set()
    lines.free = 5
    await job
    assert await bench.approved.states() == {"accepted": 3, "waiting": 2}


async def test_where_the_first_carrier_has_no_line_the_next_is_called(bench: Bench) -> None:
    other = Carrier()
    route: Route[SmsChannel] = Route(
        [
            Provider("twilio", bench.carrier, Circuit("twilio"), Lines(0)),
            Provider("twilio-2", other, Circuit("twilio-2"), Lines(10)),
        ]
    )
    await bench.beat()
    await deliver_chunk({"tools": replace(bench.tools, sms=route)}, bench.approved.unit_id, bench.approved.broadcast_id, 0, 0)
    assert (len(bench.carrier.taken), len(other.taken)) == (0, 3)
