"""A mistake in what sending needs ends its worker; one in what it does not need is told and holds up nobody."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from psycopg import ProgrammingError
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.factories.waiting import until
from tests.workers.jobs.conftest import Bench
from workers.channels.base import Accepted, Refused
from workers.kept.tools import Tools
from workers.rounds import loops

Loop = Callable[[Tools], Awaitable[None]]


@pytest.mark.parametrize(
    ("loop", "broken"),
    [
        (loops.sweep_again_and_again, "door_free_chunks"),
        (loops.take_turns_again_and_again, "door_next_chunks"),
        (loops.receive_again_and_again, "door_units_with_receipts"),
    ],
)
async def test_what_sending_needs_ends_with_its_error(bench: Bench, loop: Loop, broken: str) -> None:
    await bench.approved.run(f"DROP FUNCTION {broken}")
    with pytest.raises(ProgrammingError, match=broken):
        await asyncio.wait_for(loop(bench.tools), 10)


@pytest.mark.parametrize(
    ("loop", "name", "broken"),
    [
        (loops.clear_again_and_again, "clear", "DROP FUNCTION door_clear_away"),
        (loops.watch_again_and_again, "watch", "DROP FUNCTION door_mark_stalls"),
        (loops.poll_again_and_again, "poll", "DROP FUNCTION door_silent"),
        (loops.retain_again_and_again, "retain", "DROP TABLE retention_checks CASCADE"),
    ],
)
async def test_what_it_does_not_need_says_so_and_goes_on(bench: Bench, loop: Loop, name: str, broken: str) -> None:
    await bench.approved.run(broken)
    with capture_logs() as told:
        going = asyncio.ensure_future(loop(bench.tools))
        await until("it says so", lambda: told or going.done(), 10)
        assert not going.done()
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
    assert [(line["event"], line["loop"]) for line in told] == [("worker.loop_failed", name)]


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
    beating = asyncio.ensure_future(loops.beat(bench.tools, bench.tools.clock()))
    noting = asyncio.ensure_future(loops.note_troubles(bench.tools))
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
