"""A parent's comparison is answered whatever others do to the web process meanwhile."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from service.accounts import permissions_of
from tests.conftest import Engines, Urls
from tests.contact_registry.test_excel_process import spreadsheet
from tests.factories import waiting
from tests.factories.served import calling
from tests.factories.waiting import takes
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
    return str(found.json()["record"]["texts"]["sms"]["unicode"])


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


ROW = '<row r="{n}">' + "<c><v>1</v></c>" * 49 + "</row>"


def large_workbook() -> bytes:
    """As many cells as a list may have, in a file of some hundred kilobytes."""
    return spreadsheet("".join(ROW.replace("{n}", str(n)) for n in range(1, 59_991)))


async def upload(web: str, path: str, key: str, data: bytes, until: asyncio.Event, answers: Counter[int]) -> None:
    """The same file again and again; whoever is told to wait waits."""
    async with httpx.AsyncClient(timeout=120, headers={"Authorization": f"Bearer {key}"}) as client:
        while not until.is_set():
            answer = await client.post(f"{web}/api/v1{path}", files={"file": ("list.xlsx", data)}, data={"dry_run": "true"})
            answers[answer.status_code] += 1
            if answer.status_code in (429, 503):
                await takes(0.2)


async def compared_while_uploading(
    site: Site, urls: Urls, valkey_url: str, master_text: str, log: Path, seconds: float
) -> tuple[Parent, Counter[int]]:
    """A parent who compares for so long, while eight people send large workbooks."""
    text, answers = await official_text(site), Counter[int]()
    callers = [
        (f"/bulk/{what}", key)
        for (_, role), key in sorted(site.keys.items())
        for what in ("units", "accounts")
        if f"{what}:write" in permissions_of([role])
    ]
    with web_process(urls, valkey_url, master_text, log) as web:
        parent, until = Parent(web.url, text), asyncio.Event()
        await parent.ask()  # the first opens connections and reads keys
        parent.seconds.clear()
        data = large_workbook()
        senders = [asyncio.create_task(upload(web.url, *callers[n % len(callers)], data, until, answers)) for n in range(8)]
        asking = asyncio.create_task(parent.keep_asking(until))
        await takes(seconds)  # they all go on asking and sending
        await waiting.until("one at least was read to its end", lambda: answers[413], 120)
        until.set()
        await asking
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
        assert web.process.memory_info().rss < 500 * 2**20
    return parent, answers


async def test_whoever_uploads_large_workbooks_holds_no_parent_up(
    site: Site, urls: Urls, valkey_url: str, master_text: str, tmp_path: Path
) -> None:
    """On a machine that others use as well: no answer fails, and nobody waits for a file to be read, which takes seconds."""
    parent, answers = await compared_while_uploading(site, urls, valkey_url, master_text, tmp_path / "web.log", 6)
    assert set(parent.answers) == {"same"}
    assert parent.at(0.95) < 1.5, sorted(parent.seconds)
    assert answers[413] > 0, answers
    assert answers.keys() <= {413, 429, 503}


@pytest.mark.slow
async def test_a_comparison_takes_a_third_of_a_second_at_most_meanwhile(
    site: Site, urls: Urls, valkey_url: str, master_text: str, tmp_path: Path
) -> None:
    parent, answers = await compared_while_uploading(site, urls, valkey_url, master_text, tmp_path / "web.log", 20)
    told = f"{len(parent.seconds)} comparisons, half of them in {parent.at(0.5):.3f} s, 95% in {parent.at(0.95):.3f} s; {answers}"
    sys.stdout.write(told)
    assert set(parent.answers) == {"same"}
    assert parent.at(0.95) < 0.3, told
