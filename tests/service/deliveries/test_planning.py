"""Planning: everybody once, numbers from one block, nothing twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from service.deliveries import plan
from service.deliveries.planning import PLAN_AHEAD
from tests.factories.approved import Approved, approve_broadcast
from tests.factories.parents import add_parents


async def _plan(approved: Approved) -> int:
    now = datetime.now(UTC)
    return await plan(approved.engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=now)


async def _state(approved: Approved) -> tuple[str, str | None]:
    (row,) = await approved.rows("SELECT state, pause_reason FROM broadcasts")
    return row.state, row.pause_reason


async def test_every_address_becomes_one_delivery_with_a_number_from_one_block(approved: Approved) -> None:
    assert await _plan(approved) == 2
    (block,) = await approved.rows("SELECT * FROM number_blocks WHERE purpose = 'deliveries'")
    rows = await approved.rows("SELECT number, channel, chunk, state FROM deliveries ORDER BY number")
    assert [row.number for row in rows] == list(range(block.first_number, block.last_number + 1))
    assert [(row.channel, row.chunk, row.state) for row in rows] == [("sms", 0, "waiting")] * 3 + [("email", 1, "waiting")] * 2
    assert await _state(approved) == ("sending", None)


async def test_planning_twice_at_once_and_again_makes_nothing_twice(approved: Approved) -> None:
    both = await asyncio.gather(_plan(approved), _plan(approved))
    again = await _plan(approved)

    assert sorted(both) == [0, 2]
    assert again == 0
    assert await approved.states() == {"waiting": 5}


async def test_the_same_address_cannot_be_planned_twice(planned: Approved) -> None:
    with pytest.raises(IntegrityError):
        await planned.run(
            "INSERT INTO deliveries"
            " (broadcast_id, number, unit_id, recipient_unit, data_key_id, chunk, channel, address_hash, address_sealed)"
            " SELECT broadcast_id, number + 1000, unit_id, recipient_unit, data_key_id, chunk, channel, address_hash,"
            " address_sealed"
            " FROM deliveries"
        )


async def test_an_audience_that_grew_since_approval_stops_it(approved: Approved) -> None:
    await add_parents(approved.engines.owner, approved.master, approved.unit_id, phones=1, first=50)

    assert await _plan(approved) == 0
    assert await _state(approved) == ("paused", "broadcast.audience_grew")
    assert await approved.states() == {}


LAST_MINUTE = datetime(2027, 10, 31, 16, 59, tzinfo=UTC)  # 31 October, 23:59 in Vietnam
FIRST_MINUTE = LAST_MINUTE + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("urgency", "now", "ends"),
    [
        ("advisory", LAST_MINUTE, ("sending", None)),
        ("advisory", FIRST_MINUTE, ("paused", "unit.not_ready")),
        ("urgent", FIRST_MINUTE, ("sending", None)),
        ("emergency", FIRST_MINUTE, ("sending", None)),
    ],
)
async def test_what_may_wait_is_paused_where_the_unit_lapsed_since_approval(  # type: ignore[no-untyped-def]
    engines, master, urgency: str, now: datetime, ends: tuple[str, str | None]
) -> None:
    approved = await approve_broadcast(engines, master, urgency=urgency)
    await approved.run("UPDATE broadcasts SET expires_at = '2027-12-01'")

    await plan(engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=now)
    assert await _state(approved) == ends
    marks = await approved.rows("SELECT details FROM audit_events WHERE action = 'broadcast.paused'")
    assert [mark.details for mark in marks] == ([{"reason": "unit.not_ready"}] if ends[1] else [])


async def test_nothing_at_all_is_sent_for_a_unit_without_a_card(engines, master) -> None:  # type: ignore[no-untyped-def]
    approved = await approve_broadcast(engines, master, urgency="emergency")
    await approved.run("DELETE FROM verification_cards")

    assert await _plan(approved) == 0
    assert await _state(approved) == ("paused", "unit.not_ready")


async def test_what_is_overdue_is_not_sent_late(approved: Approved) -> None:
    await approved.run("UPDATE broadcasts SET expires_at = now() - interval '1 second'")

    assert await _plan(approved) == 0
    assert await _state(approved) == ("cancelled", "broadcast.overdue")


async def test_what_is_scheduled_waits_for_its_hour(approved: Approved) -> None:
    await approved.run("UPDATE broadcasts SET send_at = :at", at=datetime.now(UTC) + timedelta(hours=1))

    assert await _plan(approved) == 0
    assert await _state(approved) == ("approved", None)


NEAR = timedelta(seconds=20)


@pytest.mark.parametrize(("ahead", "planned"), [(PLAN_AHEAD - NEAR, 2), (PLAN_AHEAD + NEAR, 0)])
async def test_what_is_scheduled_is_planned_as_soon_as_the_database_names_it_and_no_sooner(
    approved: Approved, ahead: timedelta, planned: int
) -> None:
    """`PLAN_AHEAD` and `door_due_broadcasts` say the same: one alone would name what is not planned,
    or plan what nobody names.
    """
    await approved.run("UPDATE broadcasts SET send_at = now() + CAST(:ahead AS interval)", ahead=ahead)

    due = await approved.rows("SELECT broadcast_id FROM door_due_broadcasts()")
    assert [row.broadcast_id for row in due] == ([approved.broadcast_id] if planned else [])
    assert await _plan(approved) == planned


async def test_chunks_hold_at_most_500_of_one_channel(engines, master) -> None:  # type: ignore[no-untyped-def]
    approved = await approve_broadcast(engines, master, phones=1_001, emails=1)
    await _plan(approved)

    chunks = await approved.rows("SELECT chunk, channel, first_number, last_number, waiting FROM delivery_chunks ORDER BY chunk")
    assert [(c.channel, c.waiting, c.last_number - c.first_number + 1) for c in chunks] == [
        ("sms", 500, 500),
        ("sms", 500, 500),
        ("sms", 1, 1),
        ("email", 1, 1),
    ]
    inside = await approved.rows(
        "SELECT count(*) AS n FROM deliveries d JOIN delivery_chunks c USING (broadcast_id, chunk)"
        " WHERE d.number BETWEEN c.first_number AND c.last_number AND d.channel = c.channel"
    )
    assert inside[0].n == 1_002


async def test_a_number_on_two_schools_lists_is_written_to_once(engines, master) -> None:  # type: ignore[no-untyped-def]
    approved = await approve_broadcast(engines, master, phones=3, emails=0, unit="sgddt-dongnai")
    await add_parents(engines.owner, master, approved.world.units["lqd-th"], phones=3)

    await _plan(approved)

    assert await approved.states() == {"waiting": 3}
