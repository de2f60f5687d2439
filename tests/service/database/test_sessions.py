"""A worker wants sessions of its own, and leaves with a sentence where a pooler gives each transaction another's."""

import asyncio
import os
import sys

import pytest
from sqlalchemy import make_url, text

from service.database import make_engine
from service.database.sessions import SharedSessions, require_own_sessions
from tests.conftest import Engines, Postgres, Urls
from tests.factories.pooler import pooled


def _through(port: int, url: str) -> str:
    parsed = make_url(url).set(host="127.0.0.1", port=port, query={})
    return parsed.render_as_string(hide_password=False)


async def test_whoever_is_connected_directly_has_a_session(engines: Engines) -> None:
    await require_own_sessions(engines.worker)


async def test_behind_a_pooler_in_transaction_mode_nobody_has(urls: Urls, postgres: Postgres) -> None:
    async with pooled(postgres.host) as port:
        engine = make_engine(_through(port, urls.worker), name="test")
        async with engine.connect() as conn:
            pids = [(await conn.execute(text("SELECT pg_backend_pid()"))).scalar_one() for _ in range(3)]
        assert len(set(pids)) == 1, "alone, and in one transaction, it looks like one"
        with pytest.raises(SharedSessions, match="transaction mode"):
            await require_own_sessions(engine)
        await engine.dispose()


async def test_a_worker_leaves_there_and_says_why(urls: Urls, postgres: Postgres, valkey_url: str, master_text: str) -> None:
    async with pooled(postgres.host) as port:
        told = {
            "LOA_DATABASE_URL_WORKER": _through(port, urls.worker),
            "LOA_VALKEY_URL": valkey_url,
            "LOA_MASTER_KEY": master_text,
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LOA_")}
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "workers", "urgent", env=kept | told, stderr=asyncio.subprocess.PIPE
        )
        _, said = await asyncio.wait_for(worker.communicate(), 30)
    assert worker.returncode == 1
    assert "pooler in transaction mode" in said.decode()
    assert "Traceback" not in said.decode()
