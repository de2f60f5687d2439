"""A worker asked to leave while the database is away: what the carriers said is kept until it is back."""

import asyncio
import signal

import pytest

from tests.conftest import Postgres
from tests.factories.waiting import stays
from tests.workers.sending import School

pytestmark = [pytest.mark.acceptance, pytest.mark.slow, pytest.mark.timeout(120)]

_AWAY = 25.0  # seconds: longer than a worker waits for its carriers


async def test_a_worker_that_is_asked_to_leave_records_first_what_it_heard(school: School, postgres: Postgres) -> None:
    broadcast = await school.approved(phones=200, emails=100)
    for channel in ("sms", "email"):
        await school.simulators.fault(channel, latency_ms=1500)
    worker = await school.start("urgent")
    await school.until(broadcast, lambda told: told.sending >= 50, 30)
    try:
        postgres.run(
            "ALTER ROLE loa_worker NOLOGIN",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'loa_worker'",
        )
        worker.send_signal(signal.SIGTERM)
        await stays("it waits for the database", lambda: worker.returncode is None, _AWAY)
    finally:
        postgres.run("ALTER ROLE loa_worker LOGIN")
    assert await asyncio.wait_for(worker.wait(), 30) == 0
    progress = await school.progress(broadcast)
    assert (progress.sending, progress.uncertain) == (0, 0)
    assert progress.accepted == len(await school.arrived()) > 0


async def test_a_worker_that_is_started_while_the_database_only_reads_waits_for_it(school: School, postgres: Postgres) -> None:
    """As in the middle of a failover."""
    broadcast = await school.approved(phones=5, emails=0)
    try:
        postgres.run("ALTER ROLE loa_worker SET default_transaction_read_only = on")
        worker = await school.start("urgent")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(worker.wait(), 6)
    finally:
        postgres.run(
            "ALTER ROLE loa_worker RESET default_transaction_read_only",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'loa_worker'",
        )
    assert (await school.until_completed(broadcast, 30)).accepted == 5
    assert worker.returncode is None
