"""Every benchmark runs, at a size that takes seconds: what it measures says nothing here, what it checks holds."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from service.standalone.home import Home
from service.standalone.secrets import load_or_make
from tests.acceptance.system import running_system, short_home
from tests.benchmarks import imports, lookups, million, planning, receipts, registry, sending
from tests.benchmarks.rows import Row

pytestmark = [pytest.mark.acceptance]

Measure = Callable[[Home], Coroutine[Any, Any, list[Row]]]


@pytest.mark.parametrize(
    "measure",
    [
        pytest.param(lambda home: imports.measure(home, 100), id="imports"),
        pytest.param(lambda home: planning.measure(home, 1_000), id="planning"),
        pytest.param(lambda home: registry.measure(home, 2_000), id="registry"),
        pytest.param(lambda home: million.measure(home, 12_000), id="million"),
    ],
)
@pytest.mark.timeout(180)
def test_a_benchmark_of_the_servers_runs(measure: Measure) -> None:
    with short_home() as home:
        rows = asyncio.run(measure(Home.at(home)))
    assert rows
    assert all(row.ours > 0 for row in rows)


@pytest.mark.filterwarnings("ignore:(BasicAuth|The 'auth' parameter) is deprecated:DeprecationWarning")  # the SDK's own client
@pytest.mark.timeout(180)
def test_the_benchmarks_of_a_running_system_run() -> None:
    async def measure() -> list[Row]:
        with short_home() as home, running_system(home) as system:
            secrets = load_or_make(Home.at(home))
            sending.fill(system, 40)
            account, token = secrets.simulator_account_sid, secrets.simulator_auth_token
            rows = await sending.measure(system, system.smtp_port, account, token, 40)
            rows += await receipts.measure(system, token, 40)
            return rows + await lookups.measure(system, 100)

    assert all(row.ours > 0 and row.limit > 0 for row in asyncio.run(measure()))
