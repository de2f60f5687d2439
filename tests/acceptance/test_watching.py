"""What an operator sees of a running system: one trace through all processes,
an alarm when something stands still, and metrics.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import text

from service.database import make_engine
from service.database.roles import OWNER
from service.standalone import postgres
from service.standalone.home import Home
from service.traces import trace_of
from tests.acceptance.lists import emails, numbers
from tests.acceptance.system import System
from tests.factories.waiting import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]
AFEW = ["6A1"]


def logged(system: System) -> list[dict[str, Any]]:
    """Every line of web and workers."""
    lines = []
    for file in sorted(Home.at(system.home).logs.glob("*.log")):
        if file.stem == "web" or file.stem.startswith("workers"):
            lines += [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    return lines


def of_trace(system: System, broadcast: str) -> set[tuple[str, str]]:
    """(process, event or call) of every line with the broadcast's trace."""
    trace = trace_of(run_sql(system, "SELECT id FROM broadcasts WHERE public_id = CAST(:id AS uuid)", broadcast))
    return {(line["process"], line.get("call") or line["event"]) for line in logged(system) if line.get("trace") == trace}


def run_sql(system: System, statement: str, broadcast: str) -> Any:
    """As the owner. `:id` is the broadcast. The first value, if it answers."""

    async def run() -> Any:
        engine = make_engine(postgres.url(Home.at(system.home), OWNER), name="test", pool_size=1)
        async with engine.begin() as conn:
            done = await conn.execute(text(statement), {"id": broadcast})
            found = done.scalar_one() if done.returns_rows else None
        await engine.dispose()
        return found

    return asyncio.run(run())


def let_pass(system: System, broadcast: str, seconds: int) -> None:
    """As if so long had passed since anything happened to the broadcast."""
    moved = "UPDATE {} SET {} = {} - make_interval(secs => " + str(seconds) + ") WHERE {} = "
    inner = "(SELECT id FROM broadcasts WHERE public_id = CAST(:id AS uuid))"
    for table, column, key in (
        ("broadcasts", "updated_at", "id"),
        ("broadcasts", "approved_at", "id"),
        ("delivery_chunks", "left_at", "broadcast_id"),
    ):
        run_sql(system, moved.format(table, column, column, key) + inner, broadcast)


def metrics(system: System) -> str:
    """Of all processes, as Prometheus would find them."""
    targets = json.loads(Home.at(system.home).metrics_file.read_text(encoding="utf-8"))
    assert {each["labels"]["process"] for each in targets} == {"web", "workers-urgent", "workers-bulk"}
    return "\n".join(httpx.get(f"http://{each['targets'][0]}/metrics").raise_for_status().text for each in targets)


def test_one_trace_leads_from_approval_to_receipt_through_all_processes_and_names_nobody(system: System) -> None:
    broadcast = system.send("dau vet")
    parts = system.settled(broadcast, 120)
    wait_for("every phone has said so", lambda: system.progress(broadcast)["delivered"] >= parts["total"] // 2, 60)
    expected = {
        ("web", "service.api.broadcasts.drafts.approve_one"),
        ("worker urgent", "plan.done"),
        ("worker urgent", "broadcast.completed"),
        ("worker urgent", "broadcast.reached"),
        ("worker urgent", "receipts.applied"),
    }

    def seen() -> bool:
        found = {(process.replace("bulk", "urgent"), event) for process, event in of_trace(system, broadcast)}
        return expected <= found

    wait_for("the trace is whole", seen, 20)
    text_of_logs = json.dumps(logged(system), ensure_ascii=False)
    people = numbers(2_000) | {address.replace("+84", "0") for address in numbers(2_000)} | emails(2_000)
    assert {each for each in people if each in text_of_logs} == set()
    told = metrics(system)
    assert {each for each in people if each in told} == set()
    assert re.search(r'loa_broadcast_seconds_count\{lane="urgent",reached="most"\} [1-9]', told)
    assert re.search(r'loa_receipts_applied_total\{effect="delivered"\} [1-9]', told)


def stalled(system: System, broadcast: str) -> str | None:
    found: str | None = system.call("GET", f"/broadcasts/{broadcast}")["stalled_since"]
    return found


@contextmanager
def refusing(system: System) -> Iterator[None]:
    system.faults(channel="sms", http_status=503)
    yield
    system.no_faults()


@contextmanager
def hanging(system: System) -> Iterator[None]:
    gateway = system.process("service", "simulators")
    assert gateway is not None
    gateway.suspend()
    yield
    gateway.resume()


@pytest.mark.parametrize("provider", [refusing, hanging])
def test_an_alarm_rings_where_no_provider_takes_anything_and_ends_by_itself(
    system: System, provider: Callable[[System], AbstractContextManager[None]]
) -> None:
    with provider(system):
        broadcast = system.send("dung lai", channels=["sms"], classes=AFEW)
        wait_for("it is being sent", lambda: system.call("GET", f"/broadcasts/{broadcast}")["state"] == "sending", 20)
        let_pass(system, broadcast, 30)
        assert stalled(system, broadcast) is None
        let_pass(system, broadcast, 31)
        wait_for("the alarm rings", lambda: stalled(system, broadcast), 10)
        assert "broadcast.stalled" in {event for _, event in of_trace(system, broadcast)}
        wait_for("metrics say so", lambda: 'loa_broadcasts_stalled{lane="urgent"} 1.0' in metrics(system), 5)
    wait_for("it goes again", lambda: stalled(system, broadcast) is None, 60)
    system.settled(broadcast, 120)
    told = {event for _, event in of_trace(system, broadcast)}
    assert {"broadcast.goes_again", "broadcast.completed"} & told, "it goes again, unless it ends in the same second"


def test_an_alarm_rings_also_where_every_worker_stands_still(system: System) -> None:
    workers = [process for lane in ("urgent", "bulk") if (process := system.process("workers", lane)) is not None]
    assert len(workers) == 2
    for worker in workers:
        worker.suspend()
    try:
        broadcast = system.send("khong ai gui", channels=["sms"], classes=AFEW)
        let_pass(system, broadcast, 61)
        wait_for("the web process notices", lambda: stalled(system, broadcast), 20)
        assert ("web", "broadcast.stalled") in of_trace(system, broadcast)
    finally:
        _go_on(workers)
    wait_for("it goes again", lambda: stalled(system, broadcast) is None, 60)
    system.settled(broadcast, 90)


def _go_on(workers: list[psutil.Process]) -> None:
    for worker in workers:
        worker.resume()
