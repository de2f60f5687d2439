import asyncio
from functools import partial

import psutil
import psycopg
import pytest

from service.database.roles import LOOKUP, OWNER, WEB, WORKER
from service.schema import upgrade
from service.standalone import postgres, valkey
from service.standalone.home import Home
from service.standalone.servers import AlreadyRunning, running_servers
from service.standalone.supervisor import Supervisor
from tests.factories import waiting
from tests.service.standalone.test_processes import until

pytestmark = pytest.mark.acceptance


def ask(home: Home, login: str, query: str) -> object:
    with psycopg.connect(postgres.url(home, login).replace("+psycopg", "")) as conn:
        row = conn.execute(query.encode()).fetchone()
        return row[0] if row else None


def _another(supervisor: Supervisor, name: str, gone: int) -> bool:
    return supervisor.pid(name) not in (None, gone)


async def test_servers_come_up_migrated_are_shared_come_back_after_a_kill_and_go_with_whoever_started_them(home: Home) -> None:
    async with running_servers(home, upgrade) as first:
        for login in (WEB, WORKER, LOOKUP):
            superuser = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
            assert ask(home, login, superuser) is False
            assert ask(home, login, "SELECT count(*) FROM pg_tables WHERE tableowner = current_user") == 0
        ask(home, OWNER, "INSERT INTO units (code, level) VALUES ('still-here', 'school') RETURNING id")

        async with running_servers(home, upgrade) as second:  # attaches, and leaves them alone when it goes
            assert second.pid("postgres") is None
        assert postgres.answers(home)
        assert valkey.answers(home)

        for name, server in (("postgres", postgres), ("valkey", valkey)):
            pid = first.pid(name)
            assert pid is not None
            psutil.Process(pid).kill()
            await until(partial(_another, first, name, pid))
            await waiting.until(f"{name} answers", partial(asyncio.to_thread, server.answers, home))

    assert not postgres.answers(home)
    assert not valkey.answers(home)

    async with running_servers(home, upgrade):
        assert ask(home, OWNER, "SELECT code FROM units") == "still-here"


async def test_a_second_run_is_refused_and_leaves_the_first_alone(home: Home) -> None:
    async with running_servers(home, upgrade, alone=True):
        records = sorted(home.run.glob("*.pid"))

        with pytest.raises(AlreadyRunning, match="running already"):
            async with running_servers(home, upgrade, alone=True):
                pass

        assert sorted(home.run.glob("*.pid")) == records
        assert postgres.answers(home)
        assert valkey.answers(home)


async def test_servers_that_run_without_a_runner_are_attached_to_and_left_running(home: Home) -> None:
    home.prepare()
    by_hand = Supervisor(home)
    for server in (postgres, valkey):
        by_hand.keep(server.program(home))
        await waiting.until("it answers", partial(asyncio.to_thread, server.answers, home))
    for record in home.run.glob("*.pid"):
        record.unlink()
    try:
        async with running_servers(home, upgrade, alone=True) as attached:
            assert (attached.pid("postgres"), attached.pid("valkey")) == (None, None)
            assert ask(home, OWNER, "SELECT count(*) FROM units") == 0

        assert postgres.answers(home)
        assert valkey.answers(home)
    finally:
        await by_hand.stop()
