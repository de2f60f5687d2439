"""A parent's comparison is answered whatever others do to the web process meanwhile."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from tests.conftest import Engines, Urls
from tests.factories.served import calling
from tests.factories.web import Site, running_site
from tests.factories.web_process import Parent, web_process

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(180)]


@pytest.fixture
async def site(urls: Urls, engines: Engines, valkey_url: str, master_text: str) -> AsyncIterator[Site]:
    async with running_site(urls, engines, valkey_url, master_text) as made:
        yield made


async def official_text(site: Site) -> str:
    """The SMS of a warning that was approved."""
    warning = await site.approved()
    found = await site.client.get(f"/api/v1/lookups/{warning['public_number']}")
    return str(found.json()["record"]["texts"]["sms"]["ascii"])


async def test_connections_that_bring_no_request_shut_no_parent_out(
    site: Site, urls: Urls, valkey_url: str, master_text: str, tmp_path: Path
) -> None:
    """More connections than the process may have files open, half of them silent, half with a request that has only begun."""
    text = await official_text(site)
    with web_process(urls, valkey_url, master_text, tmp_path / "web.log", files=256) as web:
        parent = Parent(web.url, text)
        port = int(web.url.rpartition(":")[2])
        async with AsyncExitStack() as stack:
            for number in range(400):
                caller = await stack.enter_async_context(calling(port))
                if number % 2:
                    await caller.send(b"GET / HTTP/1.1\r\n")
                if number % 20 == 0:
                    await parent.ask()
            for _ in range(20):
                await parent.ask()
        async with httpx.AsyncClient() as client:
            figures = (await client.get(f"{web.url}/metrics")).text
    assert set(parent.answers) == {"same"}
    assert parent.at(0.95) < 2, parent.seconds
    assert 'loa_connections_dropped_total{reason="too_many"}' in figures
    assert "connections.dropped" in (tmp_path / "web.log").read_text(encoding="utf-8")
