"""A mistake in what sending needs ends its worker; one in what it does not need is told and holds up nobody."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from psycopg import ProgrammingError
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.factories.waiting import until
from tests.workers.jobs.conftest import Bench
from workers.channels.base import Accepted, Refused
from workers.rounds.running import run


def _rounds(bench: Bench, name: str, outcome: str) -> float | None:
    return bench.tools.meters.registry.get_sample_value("loa_loop_rounds_total", {"loop": name, "outcome": outcome})


@pytest.mark.parametrize(
    ("name", "broken"),
    [("sweep", "door_free_chunks"), ("turns", "door_next_chunks"), ("receive", "door_units_with_receipts")],
)
async def test_what_sending_needs_ends_with_its_error(bench: Bench, name: str, broken: str) -> None:
    await bench.approved.run(f"DROP FUNCTION {broken}")
    with pytest.raises(ProgrammingError, match=broken):
        await asyncio.wait_for(run(bench.tools, name), 10)
    assert _rounds(bench, name, "failed") == 1


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("clear", "DROP FUNCTION door_clear_away"),
        ("watch", "DROP FUNCTION door_mark_stalls"),
        ("poll", "DROP FUNCTION door_silent"),
        ("retain", "DROP TABLE retention_checks CASCADE"),
    ],
)
async def test_what_it_does_not_need_says_so_and_goes_on(bench: Bench, name: str, broken: str) -> None:
    await bench.approved.run(broken)
    with capture_logs() as told:
        going = asyncio.ensure_future(run(bench.tools, name))
        await until("it says so", lambda: told or going.done(), 10)
        assert not going.done()
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
    assert [(line["event"], line["loop"]) for line in told] == [("worker.loop_failed", name)]
    assert _rounds(bench, name, "failed") == 1


async def test_a_loop_that_another_worker_is_at_waits_for_its_turn(bench: Bench) -> None:
    async with bench.tools.direct.connection() as other:
        await other.execute("SELECT pg_advisory_lock(hashtext('loa sweep'))")
        going = asyncio.ensure_future(run(bench.tools, "sweep"))
        try:
            await until("it looks", lambda: _rounds(bench, "sweep", "elsewhere") is not None, 10)
            assert _rounds(bench, "sweep", "done") is None
            await other.execute("SELECT pg_advisory_unlock(hashtext('loa sweep'))")
            await until("it has its turn", lambda: _rounds(bench, "sweep", "done") is not None, 10)
        finally:
            going.cancel()
            await asyncio.gather(going, return_exceptions=True)


async def test_a_loop_that_is_not_in_the_table_does_not_run(bench: Bench) -> None:
    with pytest.raises(KeyError, match="another"):
        await run(bench.tools, "another")


async def _noted(bench: Bench, wanted: int) -> datetime | None:
    """When the channel is tried again, as it stands in the database, once there are so many rows."""
    noted: list[Any] = []

    async def so_many() -> bool:
        async with bench.tools.engine.connect() as conn:
            noted[:] = (await conn.execute(text("SELECT channel, until FROM door_carrier_troubles()"))).all()
        return len(noted) == wanted

    await until(f"{wanted} are noted", so_many, 10)
    return noted[0].until if noted else None


async def test_a_carrier_that_refuses_the_account_is_written_down_at_once_and_struck_out_when_it_takes_again(
    bench: Bench,
) -> None:
    await bench.approved.run("GRANT EXECUTE ON FUNCTION door_carrier_troubles() TO loa_worker")
    (provider,) = bench.tools.sms.providers
    beating = asyncio.ensure_future(run(bench.tools, "beat"))
    noting = asyncio.ensure_future(run(bench.tools, "troubles"))
    try:
        provider.circuit.heard(provider.circuit.begin(), Refused("twilio.20003", "config"))
        tried_at = await _noted(bench, 1)
        assert tried_at is not None
        assert timedelta(seconds=50) < tried_at - bench.tools.clock() <= timedelta(seconds=61)
        provider.circuit.heard(provider.circuit.begin(), Accepted("SM1"))
        assert await _noted(bench, 0) is None
    finally:
        for each in (beating, noting):
            each.cancel()
        await asyncio.gather(beating, noting, return_exceptions=True)
