"""The workers' share in retention: once a day for every unit, whoever restarts."""

from datetime import timedelta

from tests.workers.jobs.conftest import Bench
from workers.jobs.keeping import retain


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
