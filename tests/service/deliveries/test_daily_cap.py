"""So many advisories a day to one number, from all units together; no unit learns how many there were."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from contact_registry.sealing import MasterKey
from service.deliveries import plan
from service.deliveries.rounds.claims import claim
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast
from tests.factories.direct import direct


async def _planned(engines: Engines, master: MasterKey, urgency: str = "advisory") -> Approved:
    approved = await approve_broadcast(engines, master, urgency=urgency, phones=4)
    await plan(engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=datetime.now(UTC))
    return approved


async def _claim(of: Approved, most: int, chunk: int = 0) -> int:
    """How many of the chunk are to be sent."""
    async with direct(of.engines.worker) as conn:
        claimed = await claim(
            conn, unit_id=of.unit_id, broadcast_id=of.broadcast_id, chunk=chunk, worker=uuid4(), most_a_day=most
        )
        assert claimed is not None
        return len(claimed.deliveries)


async def _had(of: Approved, numbers: int, messages: int) -> None:
    """So many of its numbers have had so many advisories today, from wherever."""
    await of.run(
        "INSERT INTO messages_of_day SELECT (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, channel, address_hash, :messages"
        "  FROM deliveries WHERE channel = 'sms' ORDER BY number LIMIT :numbers",
        numbers=numbers,
        messages=messages,
    )


async def test_who_has_had_the_day_s_advisories_gets_no_more_and_the_reason_tells_nothing(
    engines: Engines, master: MasterKey
) -> None:
    sent = await _planned(engines, master)
    await _had(sent, numbers=3, messages=2)
    await _had_one_less(sent)
    assert await _claim(sent, most=2) == 2
    assert await sent.states() == {"waiting": 4, "not_sent": 2}
    assert {r.reason for r in await sent.rows("SELECT reason FROM deliveries WHERE state = 'not_sent'")} == {"address.other"}
    counted = await sent.rows("SELECT sent FROM messages_of_day ORDER BY sent")
    assert [row.sent for row in counted] == [1, 2, 2, 2]


async def _had_one_less(of: Approved) -> None:
    await of.run("UPDATE messages_of_day SET sent = 1 WHERE address_hash = (SELECT min(address_hash) FROM messages_of_day)")


async def test_a_chunk_that_is_claimed_again_is_not_counted_again(engines: Engines, master: MasterKey) -> None:
    sent = await _planned(engines, master)
    for _ in range(3):
        assert await _claim(sent, most=1) == 4
        await sent.run("UPDATE delivery_chunks SET holder = NULL")
    assert {row.sent for row in await sent.rows("SELECT sent FROM messages_of_day")} == {1}


@pytest.mark.parametrize("urgency", ["urgent", "emergency"])
async def test_what_hurries_is_neither_held_nor_counted(engines: Engines, master: MasterKey, urgency: str) -> None:
    sent = await _planned(engines, master, urgency)
    await _had(sent, numbers=4, messages=9)
    assert await _claim(sent, most=5) == 4
    assert {row.sent for row in await sent.rows("SELECT sent FROM messages_of_day")} == {9}


async def test_yesterday_does_not_count_and_is_forgotten(engines: Engines, master: MasterKey) -> None:
    sent = await _planned(engines, master)
    await _had(sent, numbers=4, messages=5)
    await sent.run("UPDATE messages_of_day SET day = day - 2")
    assert await _claim(sent, most=5) == 4
    await sent.run("SELECT door_forget_days()")
    assert [row.sent for row in await sent.rows("SELECT sent FROM messages_of_day")] == [1, 1, 1, 1]


async def test_without_a_most_nothing_is_counted(engines: Engines, master: MasterKey) -> None:
    sent = await _planned(engines, master)
    assert await _claim(sent, most=0) == 4
    assert await sent.rows("SELECT FROM messages_of_day") == []
