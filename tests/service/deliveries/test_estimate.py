"""How long it will take: by the pace the providers sell, what stands before it, and what was seen; null when nobody can know."""

from datetime import UTC, datetime, timedelta

import pytest

from service.broadcasts import find_broadcast
from service.database import unit_transaction
from service.deliveries import Estimate, estimate_of, plan
from tests.factories.approved import Approved
from tests.service.deliveries.test_turns import Department, department  # noqa: F401 - a fixture

PACES = {"sms": 10.0, "email": 100.0}


async def _estimate(
    of: Department, broadcast: int, *, starts_in: float = 0, unit: str = "nbk-thcs", paces: dict[str, float] = PACES
) -> Estimate | None:
    now = datetime.now(UTC)
    async with unit_transaction(of.engines.web, of.world.units[unit]) as conn:
        view = await find_broadcast(conn, broadcast)
        starts = now + timedelta(seconds=starts_in) if starts_in else None
        return await estimate_of(conn, view, paces=paces, starts=starts, now=now)


async def _seconds(of: Department, broadcast: int, starts_in: float = 0) -> int:
    estimate = await _estimate(of, broadcast, starts_in=starts_in)
    assert estimate is not None
    return estimate.seconds_left


async def test_alone_it_takes_what_the_provider_takes(department: Department) -> None:  # noqa: F811
    assert await _seconds(department, await department.sends(4)) == 200


async def test_what_still_waits_is_never_done_in_no_time(department: Department) -> None:  # noqa: F811
    estimate = await _estimate(department, await department.sends(4), paces={"sms": 1_000_000.0})
    assert estimate is not None
    assert estimate.seconds_left == 2, "2,000 at the thousand a second that was ever seen"


async def test_channels_go_beside_each_other(department: Department) -> None:  # noqa: F811
    assert await _seconds(department, await department.sends(4, emails=100)) == 500


async def test_it_waits_for_all_that_is_more_urgent_and_shares_with_its_equals(department: Department) -> None:  # noqa: F811
    school = await department.sends(4)
    await department.sends(3000, unit="sgddt-dongnai")
    assert await _seconds(department, school) == 400, "the department's takes turns with it"
    await department.sends(2, "urgent")
    await department.sends(2, "emergency")
    assert await _seconds(department, school) == 600
    assert await _seconds(department, school, starts_in=3600) == 4202, "and begins when it may"


async def test_segments_are_counted_not_messages(department: Department) -> None:  # noqa: F811
    broadcast = await department.sends(4)
    await department.run("WITH c AS (UPDATE delivery_chunks SET segments = 3 RETURNING 1) SELECT count(*) FROM c")
    assert await _seconds(department, broadcast) == 600


async def test_a_pace_seen_that_is_slower_is_believed_and_a_faster_one_is_not(department: Department) -> None:  # noqa: F811
    broadcast = await department.sends(4)
    begun = (
        "UPDATE broadcasts SET planned_at = now() - interval '100 seconds', updated_at = now() - interval '100 seconds'"
        " RETURNING 1"
    )
    await department.run(begun)
    gone = "UPDATE delivery_chunks SET waiting = 0, accepted = 500, left_at = now() WHERE chunk = 0 RETURNING 1"
    await department.run(gone)
    assert await _seconds(department, broadcast) == pytest.approx(300, abs=2), "1,500 at 5 a second"
    await department.run("UPDATE delivery_chunks SET accepted = 5000 WHERE chunk = 0 RETURNING 1")
    assert await _seconds(department, broadcast) == 150, "no better than the bucket allows"


async def test_nobody_knows_how_long_it_takes_when_nothing_moves_or_nobody_carries(department: Department) -> None:  # noqa: F811
    broadcast = await department.sends(4)
    assert await _estimate(department, broadcast, paces={"email": 100.0}) is None
    await department.run(
        "UPDATE broadcasts SET planned_at = now() - interval '70 seconds', updated_at = now() - interval '70 seconds' RETURNING 1"
    )
    assert await _estimate(department, broadcast) is None
    await department.run("UPDATE broadcasts SET state = 'paused' RETURNING 1")
    assert await _estimate(department, broadcast) is None


async def test_planning_notes_what_a_message_costs(approved: Approved) -> None:
    await plan(approved.engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=datetime.now(UTC))
    rows = await approved.rows("SELECT channel, segments FROM delivery_chunks ORDER BY chunk")
    assert [tuple(row) for row in rows] == [("sms", 1), ("email", 1)]
