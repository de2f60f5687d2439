"""A stop really stops, with real worker processes: seen in what the provider got and when, not in what we say of ourselves."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from service.actors import Actor
from service.database import unit_transaction
from service.deliveries import Progress, cancel, pause, progress_of, resume
from tests.factories.waiting import stays, takes
from tests.workers.sending import School

pytestmark = pytest.mark.acceptance

PHONES, EMAILS = 1_500, 500


async def _under_way(school: School) -> tuple[int, Actor]:
    """Two workers sending, some hundred messages out; and who may stop it."""
    broadcast = await school.approved(phones=PHONES, emails=EMAILS)
    await school.simulators.fault("sms", latency_ms=100)
    await school.simulators.fault("email", latency_ms=100)
    await asyncio.gather(school.start("urgent"), school.start("urgent"))
    await school.until_sent(broadcast, 200)
    async with school.engines.owner.connect() as conn:
        sql = "SELECT id FROM accounts WHERE roles = ARRAY['approver'] AND unit_id = " + str(school.unit)
        account = (await conn.exec_driver_sql(sql)).scalar_one()
    return broadcast, Actor(account, school.unit, "nbk-thcs", frozenset({"broadcasts:read", "broadcasts:approve"}))


async def _stop(school: School, broadcast: int, actor: Actor, how: str) -> tuple[Progress, datetime]:
    """Pauses or cancels; what was counted in the same transaction, and when it was committed."""
    async with unit_transaction(school.engines.web, school.unit) as conn:
        if how == "pause":
            await pause(conn, actor, broadcast_id=broadcast, now=datetime.now(UTC))
        else:
            await cancel(conn, actor, broadcast_id=broadcast, reason=None, master=school.master, now=datetime.now(UTC))
        counted = await progress_of(conn, broadcast, now=datetime.now(UTC))
    return counted, datetime.now(UTC)


async def _arrived_after(school: School, moment: datetime) -> int:
    return sum(datetime.fromisoformat(each["received_at"]) > moment for each in await school.simulators.messages())


@pytest.mark.parametrize("how", ["pause", "cancel"])
async def test_nothing_leaves_two_seconds_after_a_stop_and_the_count_was_true(school: School, how: str) -> None:
    broadcast, actor = await _under_way(school)
    counted, stopped_at = await _stop(school, broadcast, actor, how)
    settled = await school.until(broadcast, lambda progress: progress.sending == 0, 5)

    async def quiet() -> bool:
        return await _arrived_after(school, stopped_at + timedelta(seconds=2)) == 0

    await stays("nothing leaves two seconds after it", quiet, 2.5, every=0.5)

    arrived = await school.arrived()
    assert set(arrived.values()) == {1}
    assert counted.accepted <= len(arrived) <= counted.accepted + counted.sending, "what left, and what was in hand"
    assert settled.accepted == len(arrived)
    ended = await school.progress(broadcast)
    assert sum((ended.accepted, ended.waiting, ended.not_sent)) == ended.total == PHONES + EMAILS
    assert (ended.waiting == 0) == (how == "cancel")


async def test_twenty_pauses_in_quick_succession_lose_and_double_nothing(school: School) -> None:
    broadcast, actor = await _under_way(school)
    for _ in range(20):
        await _stop(school, broadcast, actor, "pause")
        await takes(0.1)
        async with unit_transaction(school.engines.web, school.unit) as conn:
            await resume(conn, actor, broadcast_id=broadcast, now=datetime.now(UTC))
        await takes(0.15)
    progress = await school.until_completed(broadcast, 90)
    assert (progress.accepted, progress.uncertain) == (PHONES + EMAILS, 0)
    arrived = await school.arrived()
    assert (len(arrived), set(arrived.values())) == (PHONES + EMAILS, {1})
