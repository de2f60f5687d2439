"""Files that are read while their sender waits: few at once, one for each account, and nothing is held for them meanwhile."""

import asyncio

import pytest

from service.api.edge.readings import Readings
from service.errors import TooMany, Unavailable
from tests.factories.waiting import a_turn, until
from tests.factories.web import Site
from tests.service.api.test_bulk_calls import DEPARTMENT, SCHOOL, UNIT_HEADINGS, UNITS, comma, send


def test_an_account_reads_one_file_and_a_process_a_few() -> None:
    readings = Readings(2)
    with readings.one(1):
        with pytest.raises(TooMany), readings.one(1):
            pass
        with readings.one(2), pytest.raises(Unavailable), readings.one(3):
            pass
        with readings.one(3):
            pass
    with readings.one(1):
        pass


async def test_whoever_comes_above_that_is_told_so_at_once_and_when_to_come_again(site: Site) -> None:
    data = comma(UNIT_HEADINGS, UNITS)
    answers = await asyncio.gather(*(send(site, "units", data, dry_run=True) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 429, 429, 429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("request.reading", "5")
    with site.app.state.api_context.readings.one(-1), site.app.state.api_context.readings.one(-2):
        busy = await send(site, "units", data, dry_run=True)
    assert (busy.status_code, busy.json()["code"]) == (503, "request.readers_busy")
    assert busy.headers["retry-after"] == "5"
    assert (await send(site, "units", data, dry_run=True)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "unit", "role"), [("units", DEPARTMENT, "administrator"), ("accounts", SCHOOL, "administrator")]
)
async def test_no_connection_is_held_while_a_file_is_read(site: Site, kind: str, unit: str, role: str) -> None:
    context = site.app.state.api_context
    sending = asyncio.create_task(send(site, kind, b"code,name\n" + b"a,b\n" * 4000, dry_run=True, unit=unit, role=role))
    await until("somebody reads", lambda: context.readings._readers, every=0.001)
    held = set()

    def read() -> bool:
        if context.readings._readers:
            held.add(context.engine.pool.checkedout())
        return not context.readings._readers

    await until("it is read", read, every=0.001)
    assert held == {0}
    assert (await sending).status_code in (200, 422)


async def test_a_comparison_waits_behind_no_other_thread(site: Site) -> None:
    """Whatever else the process does in threads."""
    warning = await site.approved()
    found = await site.client.get(f"/api/v1/lookups/{warning['public_number']}")
    official = found.json()["record"]["texts"]["sms"]["unicode"]
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait() -> None:
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result()

    others = [asyncio.create_task(asyncio.to_thread(wait)) for _ in range(100)]
    await a_turn()
    async with asyncio.timeout(5):
        answer = await site.client.post("/api/v1/lookups", json={"text": official})
    assert answer.json()["comparison"]["verdict"] == "same"
    gate.set()
    await asyncio.gather(*others)
