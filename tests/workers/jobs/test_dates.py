"""A letter is dated when it may leave: not when its warning was approved, the evening or the week before."""

from datetime import datetime, time, timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime

import pytest

from service.clock import QuietHours
from service.database import unit_transaction
from tests.workers.jobs.conftest import Bench
from workers.channels.base import Slots
from workers.kept.contents import Contents

SLOTS = Slots("p@example.com", "4071 8826 3163", "1@dongnai.example")
SOON = timedelta(minutes=6)
NIGHT = timedelta(hours=9)


async def _letter(bench: Bench, quiet: QuietHours | None = None) -> bytes:
    async with unit_transaction(bench.tools.engine, bench.approved.unit_id) as conn:
        record_id = (await conn.exec_driver_sql("SELECT record_id FROM broadcasts")).scalar_one()
        content = await Contents("canhbao@dongnai.example", quiet=quiet).of(conn, record_id)
    assert content.email is not None
    return content.email.fill(SLOTS)


async def _date(bench: Bench, quiet: QuietHours | None = None) -> datetime:
    return parsedate_to_datetime(message_from_bytes(await _letter(bench, quiet))["Date"])


@pytest.mark.parametrize(("send_at", "waits_until", "expected"), [
    (None, None, timedelta()), (SOON, None, SOON), (SOON, SOON, SOON),
    (None, NIGHT, NIGHT), (SOON, NIGHT, NIGHT), (None, -NIGHT, timedelta()),
])  # fmt: skip
async def test_it_is_the_latest_of_approval_its_own_time_and_the_end_of_quiet_hours(
    bench: Bench, send_at: timedelta | None, waits_until: timedelta | None, expected: timedelta
) -> None:
    approved = await _date(bench)
    await bench.approved.run(
        "UPDATE broadcasts SET send_at = :send_at, waits_until = :waits_until",
        send_at=send_at and approved + send_at,
        waits_until=waits_until and approved + waits_until,
    )
    assert await _date(bench) == approved + expected


async def test_a_repeat_after_the_warning_was_opened_again_is_the_same_letter(bench: Bench) -> None:
    """Opened again by day it waits for nothing any more; what was in doubt had waited for the night to end."""
    approved = await _date(bench)
    quiet = QuietHours(time(0), time(23, 59))
    ends = quiet.end_after(approved)
    assert ends is not None
    await bench.approved.run("UPDATE broadcasts SET waits_until = :at", at=ends)
    first = await _letter(bench, quiet)
    await bench.approved.run("UPDATE broadcasts SET waits_until = NULL")
    assert await _letter(bench, quiet) == first
    assert await _date(bench, quiet) == ends.replace(microsecond=0)


@pytest.mark.parametrize("unplanned", ["emergency"], indirect=True)
async def test_an_emergency_is_dated_by_its_approval(bench: Bench) -> None:
    assert await _date(bench, QuietHours(time(0), time(23, 59))) == await _date(bench)
