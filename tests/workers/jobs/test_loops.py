"""A mistake in what sending needs ends its worker; one in what it does not need is told and holds up nobody."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from psycopg import ProgrammingError
from structlog.testing import capture_logs

from tests.workers.jobs.conftest import Bench
from workers.jobs import loops
from workers.jobs.tools import Tools

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
        (loops.poll_again_and_again, "poll", "DROP FUNCTION door_silent_chunks"),
        (loops.retain_again_and_again, "retain", "DROP TABLE retention_checks CASCADE"),
    ],
)
async def test_what_it_does_not_need_says_so_and_goes_on(bench: Bench, loop: Loop, name: str, broken: str) -> None:
    await bench.approved.run(broken)
    with capture_logs() as told:
        going = asyncio.ensure_future(loop(bench.tools))
        async with asyncio.timeout(10):
            while not told and not going.done():  # noqa: ASYNC110 - nobody is told but the log
                await asyncio.sleep(0.01)
        assert not going.done()
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
    assert [(line["event"], line["loop"]) for line in told] == [("worker.loop_failed", name)]
