"""The planning job: what cannot be planned is paused and says why."""

from tests.workers.jobs.conftest import Bench
from workers.jobs.planning import plan_broadcast
from workers.kept.taking_turns import queue_next


async def test_a_named_unit_that_ended_pauses_the_broadcast(unplanned: Bench) -> None:
    approved = unplanned.approved
    await approved.run("""UPDATE broadcasts SET audience = jsonb_set(audience, '{units}', '["nobody-th"]')""")
    await plan_broadcast({"tools": unplanned.tools}, approved.unit_id, approved.broadcast_id)
    assert await unplanned.state() == ("paused", "audience.unit_unknown")
    (marked,) = await approved.rows("SELECT details FROM audit_events WHERE action = 'broadcast.paused'")
    assert marked.details == {"reason": "audience.unit_unknown"}
    assert await approved.rows("SELECT * FROM door_due_broadcasts()") == [], "it is not tried again"


async def test_what_was_planned_is_queued_once(unplanned: Bench) -> None:
    approved = unplanned.approved
    await unplanned.beat()
    await plan_broadcast({"tools": unplanned.tools}, approved.unit_id, approved.broadcast_id)
    assert len(await unplanned.tools.queue.pool.queued_jobs(queue_name="loa:urgent")) == 2
    await queue_next(unplanned.tools)
    assert len(await unplanned.tools.queue.pool.queued_jobs(queue_name="loa:urgent")) == 2
