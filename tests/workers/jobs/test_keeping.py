"""The workers' share in retention, once a day for every unit, and in rotation, while messages are under way."""

from datetime import UTC, datetime, timedelta

from service.deliveries import plan
from service.rotation import KEY_UNUSED_FOR, rotate
from tests.workers.jobs.conftest import Bench
from workers.delivering.job import deliver_chunk
from workers.rounds.keeping import reseal, retain


async def _checked(bench: Bench) -> list[object]:
    return [row.checked_at for row in await bench.approved.rows("SELECT checked_at FROM retention_checks ORDER BY unit_id")]


async def test_every_unit_is_gone_through_once_a_day(bench: Bench) -> None:
    await retain(bench.tools)
    first = await _checked(bench)
    assert len(first) == len(bench.approved.world.units)
    await retain(bench.tools)
    assert await _checked(bench) == first, "a restart repeats nothing"
    bench.clock.ahead += timedelta(days=1)
    await retain(bench.tools)
    assert all(later > earlier for later, earlier in zip(await _checked(bench), first, strict=True))  # type: ignore[operator]


async def test_a_worker_that_is_asked_to_stop_begins_no_more(bench: Bench) -> None:
    bench.tools.stopping.set()
    await retain(bench.tools)
    assert await _checked(bench) == []


async def _rotate(bench: Bench) -> None:
    async with bench.approved.engines.owner.begin() as conn:
        await rotate(conn, bench.approved.master, bench.approved.unit_id, now=bench.clock())


async def _deliver(bench: Bench, *chunks: int) -> None:
    await bench.beat()
    for chunk in chunks:
        await deliver_chunk({"tools": bench.tools}, bench.approved.unit_id, bench.approved.broadcast_id, chunk, 0)


async def test_a_send_under_way_goes_on_while_its_addresses_are_sealed_anew(bench: Bench) -> None:
    claimed = await bench.claim(0)
    sending = await bench.sending(claimed)
    await _rotate(bench)
    await reseal(bench.tools)
    await sending.run()
    await _deliver(bench, 1)
    assert await bench.approved.states() == {"accepted": 5}
    assert len(set(bench.carrier.taken)) == 5


async def test_a_broadcast_planned_between_the_new_key_and_the_new_seals_arrives(unplanned: Bench) -> None:
    bench, approved = unplanned, unplanned.approved
    await _rotate(bench)
    await plan(approved.engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=datetime.now(UTC))
    await _deliver(bench, 0)
    await reseal(bench.tools)
    await _deliver(bench, 1)
    assert await approved.states() == {"accepted": 5}
    (left,) = await approved.rows("SELECT count(*) AS keys FROM (SELECT DISTINCT data_key_id FROM deliveries) AS k")
    assert left.keys == 1
    bench.clock.ahead += KEY_UNUSED_FOR
    await reseal(bench.tools)
    (keys,) = await approved.rows("SELECT count(*) AS n FROM data_keys WHERE unit_id = :unit", unit=approved.unit_id)
    assert keys.n == 1
