"""The stall alarm: rings once when nothing leaves for a minute though it should, and ends by itself."""

import asyncio
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from contact_registry.sealing import MasterKey
from service.broadcasts import BroadcastView, find_broadcast, note_of
from service.database import unit_transaction
from service.deliveries import mark_stalls, plan
from service.meters import Meters
from service.traces import trace_of
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast

METERS = Meters("test")


async def _rings(planned: Approved) -> list[tuple[str, str]]:
    """What two processes say when both look at once: (event, trace)."""
    with capture_logs() as lines:
        await asyncio.gather(mark_stalls(planned.engines.worker, METERS), mark_stalls(planned.engines.web, METERS))
    assert all(line["broadcast"] == planned.broadcast_id for line in lines)
    return [(line["event"], line["trace"]) for line in lines]


async def _view(planned: Approved) -> BroadcastView:
    async with unit_transaction(planned.engines.web, planned.unit_id) as conn:
        return await find_broadcast(conn, planned.broadcast_id)


async def _stalled(planned: Approved) -> datetime | None:
    return (await _view(planned)).stalled_since


async def _nothing_for(planned: Approved, seconds: int) -> None:
    await planned.run("UPDATE broadcasts SET updated_at = now() - make_interval(secs => :s) WHERE state = 'sending'", s=seconds)
    await planned.run(
        "UPDATE delivery_chunks SET left_at = now() - make_interval(secs => :s) WHERE left_at IS NOT NULL", s=seconds
    )


async def test_it_rings_once_after_a_minute_and_ends_when_something_leaves(planned: Approved) -> None:
    await _nothing_for(planned, 55)
    assert await _rings(planned) == []
    await _nothing_for(planned, 61)
    assert await _rings(planned) == [("broadcast.stalled", trace_of(planned.broadcast_id))]
    assert await _rings(planned) == []
    assert await _stalled(planned) is not None
    note = note_of(await _view(planned), None, "en")
    assert note is not None
    assert note.startswith("Nothing has left since")

    await planned.run("UPDATE deliveries SET state = 'calling'")
    assert await _rings(planned) == [], "a call that nobody answers is no progress"
    await planned.run("UPDATE deliveries SET state = 'accepted' WHERE number = (SELECT min(number) FROM deliveries)")
    assert await _rings(planned) == [("broadcast.goes_again", trace_of(planned.broadcast_id))]
    assert await _stalled(planned) is None
    assert note_of(await _view(planned), None, "en") is None


@pytest.mark.parametrize(
    "keeps_it",
    [
        "UPDATE broadcasts SET state = 'paused'",
        "UPDATE broadcasts SET waits_until = now() + interval '1 hour'",
        "UPDATE broadcasts SET waits_until = now() - interval '30 seconds'",
        "UPDATE broadcasts SET expires_at = now()",
        "UPDATE deliveries SET state = 'not_sent'",
        # an email in doubt is a person's to decide
        "UPDATE deliveries SET state = CASE channel WHEN 'sms' THEN 'not_sent' ELSE 'calling' END;"  # noqa: ISC004 - two statements
        "UPDATE deliveries SET state = 'uncertain' WHERE state = 'calling'",
    ],
)
async def test_what_has_nothing_to_do_or_waits_for_a_reason_is_not_stalled(planned: Approved, keeps_it: str) -> None:
    await _nothing_for(planned, 600)
    for statement in keeps_it.split(";"):
        await planned.run(statement)
    assert await _rings(planned) == []


async def test_a_pause_ends_the_alarm(planned: Approved) -> None:
    await _nothing_for(planned, 61)
    await _rings(planned)
    await planned.run("UPDATE broadcasts SET state = 'paused'")
    assert [event for event, _ in await _rings(planned)] == ["broadcast.goes_again"]
    assert await _stalled(planned) is None


async def test_what_nobody_plans_is_stalled(engines: Engines, master: MasterKey) -> None:
    approved = await approve_broadcast(engines, master)
    assert await _rings(approved) == []
    await approved.run(
        "UPDATE broadcasts SET updated_at = now() - interval '2 minutes', approved_at = now() - interval '2 minutes'"
    )
    async with engines.owner.connect() as planner:  # it takes 30 s for a big one, which holds its row meanwhile
        await planner.execute(text("SELECT FROM broadcasts FOR UPDATE"))
        assert await _rings(approved) == []
    assert [event for event, _ in await _rings(approved)] == ["broadcast.stalled"]
    await approved.run("UPDATE broadcasts SET send_at = now() + interval '1 hour'")
    assert [event for event, _ in await _rings(approved)] == ["broadcast.goes_again"]


async def _another(planned: Approved, urgency: str) -> None:
    """A broadcast beside it, of which something has left just now."""
    copied = (
        "unit_id, kind, title, texts, audience, channels, expires_at, author_id, record_id, planned_at, approved_at, state, "
        "urgency"
    )
    await planned.run(
        f"INSERT INTO broadcasts ({copied}) SELECT {copied.removesuffix('urgency')} :urgency FROM broadcasts LIMIT 1",
        urgency=urgency,
    )
    await planned.run(
        "INSERT INTO delivery_chunks (broadcast_id, chunk, unit_id, lane, channel, first_number, last_number, waiting, left_at)"
        " SELECT (SELECT max(id) FROM broadcasts), 0, unit_id, 'urgent', 'sms', 1, 1, 1, now() FROM broadcasts LIMIT 1"
    )


@pytest.mark.parametrize(
    ("mine", "other", "quiet", "rings"),
    [
        ("urgent", "urgent", 65, False),
        ("urgent", "urgent", 75, True),
        ("urgent", "advisory", 65, True),
        ("advisory", "urgent", 3600, False),
    ],
)
async def test_whose_turn_others_have_is_not_stalled(
    engines: Engines, master: MasterKey, mine: str, other: str, quiet: int, rings: Any
) -> None:
    planned = await approve_broadcast(engines, master, urgency=mine, emails=0)
    await plan(engines.worker, unit_id=planned.unit_id, broadcast_id=planned.broadcast_id, now=datetime.now().astimezone())
    await _nothing_for(planned, quiet)
    await _another(planned, other)
    assert bool(await _rings(planned)) is rings
