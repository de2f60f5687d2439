"""Who has to wait for somebody else's change waits without a connection to the database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from sqlalchemy import text

from service.api.edge.turns import Turns
from service.errors import Unavailable
from tests.conftest import Engines
from tests.factories.waiting import a_turn, until
from tests.factories.web import Site, notice
from tests.service.api.test_import_fixing import BAD, GOOD, Taken, taken

__all__ = ["taken"]

THING = UUID("00000000-0000-0000-0000-000000000001")


async def test_one_comes_after_the_other_and_nothing_is_kept() -> None:
    turns, order = Turns(), []

    async def take(name: str) -> None:
        async with turns.of(THING):
            order.append(name)
            await a_turn()
            order.append(name)

    await asyncio.gather(take("a"), take("b"), take("c"))
    assert order == ["a", "a", "b", "b", "c", "c"]
    assert not turns._locks


async def test_whoever_leaves_gives_his_turn_to_the_next() -> None:
    turns, reached = Turns(), asyncio.Event()

    async def hold() -> None:
        async with turns.of(THING):
            reached.set()
            await asyncio.Event().wait()

    holding, waiting = asyncio.create_task(hold()), asyncio.create_task(hold())
    await reached.wait()
    waiting.cancel()
    holding.cancel()
    await asyncio.gather(holding, waiting, return_exceptions=True)
    async with asyncio.timeout(5), turns.of(THING):
        pass


async def test_nobody_waits_for_ever() -> None:
    turns = Turns(patience=0.01)
    async with turns.of(THING):
        with pytest.raises(Unavailable):
            async with turns.of(THING):
                pass
    async with turns.of(THING):
        pass


@asynccontextmanager
async def locked(engines: Engines, table: str) -> AsyncIterator[None]:
    """Somebody else is in the middle of a change."""
    async with engines.owner.begin() as conn:
        await conn.execute(text(f"SELECT FROM {table} FOR UPDATE"))
        yield


@pytest.mark.parametrize("what", ["imports", "broadcasts"])
async def test_many_calls_on_one_thing_take_nobody_elses_connection(
    site: Site, engines: Engines, taken: Taken, what: str
) -> None:
    pool = site.app.state.api_context.engine.pool
    if what == "imports":
        path = await taken(GOOD, BAD)
        asked = [site.call("GET", f"{path}/{each}") for each in ("rows", "columns", "difference", "rows-to-fix")]
        asked += [site.call("PATCH", f"{path}/rows/1", json={"cells": {"SĐT mẹ": "0987 654 321"}}) for _ in range(4)]
    else:
        made = await site.call("POST", "/broadcasts", json=notice())
        asked = [site.call("PATCH", f"/broadcasts/{made.json()['id']}", json={"title": f"Tin {n}"}) for n in range(8)]
    async with locked(engines, what):
        calls = [asyncio.create_task(each) for each in asked]
        async with asyncio.timeout(5):
            assert (await site.call("GET", "/units")).status_code == 200
        await until("one connection is held", lambda: pool.checkedout() == 1, 5)
        assert not any(call.done() for call in calls)
    assert {answer.status_code for answer in await asyncio.gather(*calls)} == {200}


async def test_who_waits_his_turn_keeps_nobody_from_reading_a_file(site: Site, taken: Taken) -> None:
    path = await taken(GOOD, BAD)
    workbook = (await site.call("GET", f"{path}/rows-to-fix")).content
    context = site.app.state.api_context
    async with context.turns.of(UUID(path.rsplit("/", 1)[1])):
        sending = asyncio.create_task(site.call("POST", f"{path}/corrections", files={"file": ("can-sua.xlsx", workbook)}))
        await until("somebody reads", lambda: context.readings._readers, every=0.001)
        await until("it is read", lambda: not context.readings._readers)
        assert not sending.done()
    assert (await sending).status_code == 200
