"""After 180 days nobody can tell any more to whom a message went; what was sent, and how it ended, still stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contact_registry.sealing import MasterKey
from service.database import unit_transaction
from service.deliveries import list_deliveries, plan
from service.deliveries.forgetting import ADDRESSES_KEPT, forget_addresses
from service.retention import dry_run, run_unit
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast

ENDED = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
async def sent(engines: Engines, master: MasterKey) -> Approved:
    """Two SMS and one email, delivered and accepted."""
    approved = await approve_broadcast(engines, master, phones=2, emails=1)
    await plan(engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=datetime.now(UTC))
    await approved.run("UPDATE deliveries SET state = 'calling', attempt = 1, called_at = now()")
    await approved.run("UPDATE deliveries SET state = 'accepted', accepted_at = now(), provider_id = 'SM1'")
    return approved


async def _end(sent: Approved, state: str) -> None:
    if state in ("completed", "cancelled"):
        ended = "completed_at" if state == "completed" else "updated_at"
        await sent.run(f"UPDATE broadcasts SET state = :state, {ended} = :at", state=state, at=ENDED)
    else:
        await sent.run("UPDATE broadcasts SET state = :state, expires_at = :at", state=state, at=ENDED)


@pytest.mark.parametrize("state", ["completed", "cancelled", "paused", "sending"])
async def test_addresses_are_forgotten_180_days_after_the_broadcast_ended(sent: Approved, state: str) -> None:
    await _end(sent, state)
    before = await sent.rows("SELECT number, address_hash, state, accepted_at, chunk FROM deliveries ORDER BY number")
    counts = await sent.rows("SELECT chunk, waiting, accepted, left_at FROM delivery_chunks ORDER BY chunk")
    worker, last = sent.engines.worker, ENDED + ADDRESSES_KEPT
    assert await run_unit(worker, sent.unit_id, now=last) == {}

    over = last + timedelta(seconds=1)
    async with unit_transaction(worker, sent.unit_id) as conn:
        promised = await dry_run(conn, sent.unit_id, now=over)
    assert promised["deliveries"] == {"deliveries": 3}
    assert (await run_unit(worker, sent.unit_id, now=over) or {})["deliveries"] == {"deliveries": 3}

    left = await sent.rows("SELECT DISTINCT address_sealed, data_key_id, provider_id FROM deliveries")
    assert [tuple(row) for row in left] == [(b"", 0, None)]
    assert await sent.rows("SELECT number, address_hash, state, accepted_at, chunk FROM deliveries ORDER BY number") == before
    assert await sent.rows("SELECT chunk, waiting, accepted, left_at FROM delivery_chunks ORDER BY chunk") == counts


async def test_a_forgotten_delivery_is_listed_without_an_address_and_says_why(sent: Approved, master: MasterKey) -> None:
    await _end(sent, "completed")
    await run_unit(sent.engines.worker, sent.unit_id, now=ENDED + timedelta(days=181))
    async with unit_transaction(sent.engines.web, sent.unit_id) as conn:
        listed = await list_deliveries(conn, sent.broadcast_id, state=None, after=None, limit=10, language="en", master=master)
    assert {(each.address, each.note, each.state) for each in listed} == {(None, "The address is no longer kept.", "accepted")}


async def test_a_broadcast_is_gone_through_in_pieces_and_once(sent: Approved, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.deliveries.forgetting._CHUNKS_AT_ONCE", 1)
    await _end(sent, "completed")
    pieces = []
    while True:
        async with unit_transaction(sent.engines.worker, sent.unit_id) as conn:
            gone = await forget_addresses(conn, sent.unit_id, ENDED + timedelta(days=181))
        if not gone:
            break
        pieces.append(gone["deliveries"])
    assert pieces == [2, 1], "one a chunk: SMS, email"


async def test_a_school_forgets_its_own_broadcasts_only(sent: Approved) -> None:
    await _end(sent, "completed")
    other = replace(sent, unit_id=sent.world.units["lqd-th"])
    assert await run_unit(sent.engines.worker, other.unit_id, now=ENDED + timedelta(days=181)) == {}
    assert len(await sent.rows("SELECT 1 FROM deliveries WHERE address_sealed <> ''")) == 3
