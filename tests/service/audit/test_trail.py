"""The audit trail: in order, for one's own unit, and not to be changed by whoever writes it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from contact_registry.sealing import MasterKey
from service.audit import Action, Subject, list_events, note_event
from service.database import unit_transaction
from tests.conftest import Engines
from tests.factories.world import World, make_world

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
async def world(engines: Engines, master: MasterKey) -> World:
    return await make_world(engines.owner, master)


async def _some(engines: Engines, world: World) -> None:
    actor = world.actor()
    async with unit_transaction(engines.web, actor.unit_id) as conn:
        for number in (1, 2, 3):
            by, subject = actor if number < 3 else None, Subject(actor.unit_id, "import", number)
            await note_event(conn, by, subject, Action.IMPORT_APPLIED, NOW, contacts=number, roles=["clerk"])


async def test_events_come_back_in_order_a_page_at_a_time(engines: Engines, world: World) -> None:
    await _some(engines, world)
    async with unit_transaction(engines.web, world.units["nbk-thcs"]) as conn:
        first = await list_events(conn, limit=2)
        rest = await list_events(conn, after=first[-1].id)
    assert [event.subject_id for event in first + rest] == ["1", "2", "3"]
    assert first[0].details == {"contacts": 1, "roles": ["clerk"]}
    assert (first[0].account_id, rest[0].account_id) == (world.actor().account_id, None)


async def test_another_unit_sees_none(engines: Engines, world: World) -> None:
    await _some(engines, world)
    async with unit_transaction(engines.web, world.units["sgddt-dongnai"], subtree=True) as conn:
        assert await list_events(conn) == []


@pytest.mark.parametrize("deed", ["UPDATE audit_events SET action = 'x'", "DELETE FROM audit_events"])
async def test_nobody_changes_what_stands(engines: Engines, world: World, deed: str) -> None:
    await _some(engines, world)
    for engine in (engines.web, engines.worker):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with unit_transaction(engine, world.units["nbk-thcs"]) as conn:
                await conn.execute(text(deed))
