"""`make bench`: runs everything once and prints the table. `PARENTS=2000 CONTACTS=100000 MANY=50000
make bench` for a quick look.
"""

import asyncio
import os
import platform

import psutil
from rich.console import Console
from rich.table import Table

from service.standalone.home import Home
from service.standalone.secrets import load_or_make
from tests.acceptance.system import running_system, short_home
from tests.benchmarks import imports, limits, lookups, million, planning, receipts, registry, sending
from tests.benchmarks.rows import Row

PARENTS = int(os.environ.get("PARENTS", "20000"))
DELIVERIES = 100_000
LIST = 20_000
CONTACTS = int(os.environ.get("CONTACTS", "1500000"))
MANY = int(os.environ.get("MANY", "1000000"))


async def _measure() -> list[Row]:
    with short_home() as home:
        rows = await imports.measure(Home.at(home), LIST)
    with short_home() as home:
        rows += await planning.measure(Home.at(home), DELIVERIES)
    with short_home() as home:
        rows += await registry.measure(Home.at(home), CONTACTS)
    with short_home() as home:
        rows += await million.measure(Home.at(home), MANY)
    connections = str(limits.CONNECTIONS)  # all addresses are of one domain, which else has fewer than the relay
    settings = {"LOA_SMTP_CONNECTIONS": connections, "LOA_SMTP_CONNECTIONS_PER_DOMAIN": connections}
    with short_home() as home, running_system(home, **settings) as system:
        secrets = load_or_make(Home.at(home))
        sending.fill(system, PARENTS)
        account, token = secrets.simulator_account_sid, secrets.simulator_auth_token
        rows += await sending.measure(system, system.smtp_port, account, token, PARENTS)
        rows += await receipts.measure(system, token, PARENTS)
        rows += await lookups.measure(system, 5_000)
    return rows


def _print(rows: list[Row]) -> None:
    console = Console(width=150)
    memory = psutil.virtual_memory().total / 2**30
    console.print(
        f"{psutil.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, "
        f"{platform.system()} {platform.release()}; "
        "one web, two worker and one simulator process; load 1 min before the end: "
        f"{os.getloadavg()[0]:.1f}"
    )
    console.print(
        "Providers: the simulators, as fast as they are, without faults, unpaced; "
        f"SMTP without TLS over {limits.CONNECTIONS} connections, Twilio"
        f" over HTTP; Loa with at most 50 letters and 100 SMS in flight, the raw loops with {limits.CONNECTIONS} connections and"
        f" {limits.IN_FLIGHT} calls"
    )
    table = Table("what", "", "Loa", "limit in the same run", "", "share", "proof")
    for row in rows:
        table.add_row(row.what, row.unit, f"{row.ours:,.0f}", row.limit_is, f"{row.limit:,.0f}", f"{row.share:.0%}", row.proof)
    console.print(table)


if __name__ == "__main__":
    _print(asyncio.run(_measure()))
