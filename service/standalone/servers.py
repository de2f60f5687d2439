"""PostgreSQL and Valkey of one home: started and kept, or attached to if somebody runs them already.

Whoever starts them holds the home's lock and stops them at the end; whoever attaches leaves them alone.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from service.database.roles import OWNER
from service.standalone import postgres, valkey
from service.standalone.home import Home
from service.standalone.obstacles import Obstacle
from service.standalone.programs import clear_leftovers
from service.standalone.supervisor import Supervisor

Migrate = Callable[[str], object]
"""Brings the database at the owner's URL to the newest schema."""

_START_SECONDS = 60.0  # recovery after a crash reads the log first


class ServerSilent(Obstacle):
    """A server did not answer in time. The message says where its log lies."""


class AlreadyRunning(Obstacle):
    """Somebody else runs this home."""


@asynccontextmanager
async def running_servers(home: Home, migrate: Migrate, *, alone: bool = False) -> AsyncIterator[Supervisor]:
    """Keeps both servers answering, the database made and migrated, while inside. Yields the supervisor, to keep more programs.

    `alone`: raises `AlreadyRunning` where another holds the home, rather than attaching to what would go away with it. Servers
    that run without anybody holding the home are attached to either way.
    """
    home.prepare()
    lock = home.lock()
    if lock is None and alone:
        raise AlreadyRunning("already", home=home.root)
    supervisor = Supervisor(home)
    try:
        if lock:
            await asyncio.to_thread(clear_leftovers, home.run)
        for name, server in (("postgres", postgres), ("valkey", valkey)):
            if not await asyncio.to_thread(server.answers, home) and lock:
                supervisor.keep(await asyncio.to_thread(server.program, home))
            await _until(server.answers, home, name, supervisor)
        await asyncio.to_thread(postgres.make_database, home)
        await asyncio.to_thread(migrate, postgres.url(home, OWNER))
        yield supervisor
    finally:
        await supervisor.stop("valkey", "postgres")
        if lock:
            lock.close()


async def _until(answers: Callable[[Home], bool], home: Home, name: str, supervisor: Supervisor) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not await asyncio.to_thread(answers, home):
        if supervisor.failed.done():
            supervisor.failed.result()
        if time.monotonic() > deadline:
            raise ServerSilent("server_silent", name=name, log=home.logs / f"{name}.log")
        await asyncio.sleep(0.1)
    supervisor.settled(name)
