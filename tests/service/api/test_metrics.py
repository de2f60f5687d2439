"""`/metrics`: figures of the system for whoever may read them, and in them nobody's name, number or unit."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr

from contact_registry.sealing import MasterKey
from service.deliveries import measure_broadcasts, plan
from service.meters import VERSION, may_read
from service.restarts import keep_restarts
from tests.architecture.sources import ROOT
from tests.conftest import Engines, Urls
from tests.factories.approved import Approved, approve_broadcast
from tests.factories.web import Site, running_site

WEB_UP = 'loa_database_up{login="web"}'
AUTHORIZED = {"Authorization": "Bearer for-prometheus"}


def samples(exposition: str) -> dict[str, float]:
    """Each series and its value."""
    lines = (line.rpartition(" ") for line in exposition.splitlines() if not line.startswith("#"))
    return {series: float(value) for series, _, value in lines}


@pytest.fixture
async def watched(urls: Urls, engines: Engines, valkey_url: str, master_text: str) -> AsyncIterator[Site]:
    async with running_site(urls, engines, valkey_url, master_text, metrics_token=SecretStr("for-prometheus")) as site:
        yield site


async def test_whoever_has_the_token_reads_them_and_nobody_else(watched: Site) -> None:
    for headers in ({}, {"Authorization": "Bearer another"}, {"Authorization": "for-prometheus"}, watched.auth()):
        assert (await watched.client.get("/metrics", headers=headers)).status_code == 404
    answer = await watched.client.get("/metrics", headers=AUTHORIZED)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")


async def test_without_a_token_a_system_with_a_public_address_tells_them_to_nobody(site: Site) -> None:
    here = AsyncClient(transport=ASGITransport(site.app, client=("127.0.0.1", 1)), base_url="http://127.0.0.1:8000")
    async with here:
        assert (await here.get("/metrics")).status_code == 404


@pytest.mark.parametrize(("peer", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 404), ("nonsense", 404)])
async def test_without_a_token_a_system_without_one_tells_them_to_its_own_machine(
    urls: Urls, engines: Engines, valkey_url: str, master_text: str, peer: str, status: int
) -> None:
    async with running_site(urls, engines, valkey_url, master_text, public_url="") as site:
        here = AsyncClient(transport=ASGITransport(site.app, client=(peer, 1)), base_url="http://127.0.0.1:8000")
        assert (await here.get("/metrics")).status_code == status
        await here.aclose()


def test_a_token_is_asked_for_also_on_the_same_machine() -> None:
    assert not may_read("", "secret", on_this_machine=True)
    assert may_read("Bearer secret", "secret", on_this_machine=False)
    assert not may_read("", None, on_this_machine=False)


async def test_they_say_what_is_open_and_how_old_it_is(watched: Site, engines: Engines, master: MasterKey) -> None:
    unit = watched.world.units["nbk-thcs"]
    async with engines.owner.begin() as conn:
        await conn.exec_driver_sql(
            "INSERT INTO broadcasts"
            " (unit_id, kind, title, texts, audience, channels, expires_at, author_id, state, urgency, updated_at)"
            " SELECT %(unit)s, 'scam_alert', 'x', '{}', '{}', '{sms}', now() + interval '1 day', min(id), 'sending', 'urgent',"
            "   now() - interval '90 seconds' FROM accounts",
            {"unit": unit},
        )
        await conn.exec_driver_sql(
            "INSERT INTO delivery_chunks"
            " (broadcast_id, chunk, unit_id, lane, channel, first_number, last_number, waiting, calling, uncertain)"
            " SELECT id, n, %(unit)s, 'urgent', 'sms', 1, 1, 5, 2, 1 FROM broadcasts, generate_series(0, 1) AS n",
            {"unit": unit},
        )
        await conn.exec_driver_sql(
            "INSERT INTO receipts_inbox (unit_id, broadcast_id, number, attempt, provider_id, status, received_at)"
            " VALUES (%(unit)s, 1, 1, 1, 'SM', 'sent', now() - interval '30 seconds')",
            {"unit": unit},
        )
    found = samples((await watched.client.get("/metrics", headers=AUTHORIZED)).text)
    sms = '{channel="sms",lane="urgent"}'
    assert found[f"loa_deliveries_waiting{sms}"] == 10
    assert found[f"loa_deliveries_calling{sms}"] == 4
    assert found[f"loa_deliveries_uncertain{sms}"] == 2
    assert 89 < found[f"loa_oldest_waiting_seconds{sms}"] < 120
    assert found['loa_broadcasts{lane="urgent",state="sending"}'] == 1
    assert (found["loa_receipts_inbox"], 29 < found["loa_receipts_inbox_oldest_seconds"] < 60) == (1, True)
    assert (found[WEB_UP], found["loa_valkey_up"]) == (1, 1)
    assert found['loa_database_up{login="lookup"}'] == 1
    assert (found['loa_carriers{channel="sms"}'], found['loa_carriers{channel="email"}']) == (0, 0)
    assert 0 < found["loa_disk_free_bytes"] < found["loa_disk_size_bytes"]
    assert found['loa_queue_depth{lane="bulk"}'] == 0
    assert found['loa_workers_alive{lane="urgent"}'] == 0


async def test_on_one_machine_they_say_how_often_each_process_was_started_again(
    urls: Urls, engines: Engines, valkey_url: str, master_text: str, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    keep_restarts(tmp_path, {"web": 0, "workers-urgent": 3})
    token = SecretStr("for-prometheus")
    async with running_site(urls, engines, valkey_url, master_text, metrics_token=token, home=tmp_path) as site:
        found = samples((await site.client.get("/metrics", headers=AUTHORIZED)).text)
        told = {series: value for series, value in found.items() if series.startswith("loa_restarts_total")}
        assert told == {'loa_restarts_total{program="web"}': 0, 'loa_restarts_total{program="workers-urgent"}': 3}
        (tmp_path / "run" / "restarts.json").write_text("[7", encoding="utf-8")
        again = await site.client.get("/metrics", headers=AUTHORIZED)
        assert (again.status_code, "loa_restarts_total{" in again.text) == (200, False)


async def test_the_database_is_asked_once_a_second_at_most(watched: Site, engines: Engines) -> None:
    first = await watched.client.get("/metrics", headers=AUTHORIZED)
    async with engines.owner.begin() as conn:
        await conn.exec_driver_sql("DROP FUNCTION door_system_figures()")
    again = await watched.client.get("/metrics", headers=AUTHORIZED)
    assert samples(first.text)[WEB_UP] == samples(again.text)[WEB_UP] == 1


async def test_without_a_database_they_say_so(watched: Site, engines: Engines) -> None:
    async with engines.owner.begin() as conn:
        await conn.exec_driver_sql("DROP FUNCTION door_system_figures()")
    found = samples((await watched.client.get("/metrics", headers=AUTHORIZED)).text)
    assert found[WEB_UP] == 0
    assert not any(series.startswith("loa_deliveries_waiting") for series in found)


async def test_they_name_no_person_no_number_and_no_unit(watched: Site) -> None:
    await watched.approved()
    await watched.call("GET", "/lookups/4071 8826 3163")
    await watched.client.get("/?so=4071 8826 3163")
    await watched.client.post("/webhooks/twilio/status/0912345678", data={"MessageSid": "SM1"})
    text = (await watched.client.get("/metrics", headers=AUTHORIZED)).text
    labels = set(re.findall(r'="([^"]*)"', text))
    assert {each for each in labels if re.search(r"\d{5}|@|[^\x00-\x7f]", each)} == set()
    assert not any(code in text for code in watched.world.units)
    assert len(labels) < 150


def _chunk(state: str) -> str:
    return (
        f"UPDATE deliveries SET state = '{state}', accepted_at = now() + interval '2 seconds'"
        " WHERE number IN (SELECT number FROM deliveries ORDER BY number LIMIT :n)"
    )


async def _reached(approved: Approved) -> list[tuple[str, str]]:
    return [(each.lane, each.reached) for each in await measure_broadcasts(approved.engines.worker)]


async def test_how_long_a_broadcast_took_is_measured_once(engines: Engines, master: MasterKey) -> None:
    approved = await approve_broadcast(engines, master, phones=30, emails=10)
    assert await _reached(approved) == []
    await plan(engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=datetime.now(UTC))
    assert await _reached(approved) == []
    await approved.run("UPDATE deliveries SET state = 'calling'")
    await approved.run(_chunk("accepted"), n=1)
    (first,) = await measure_broadcasts(engines.worker)
    assert (first.reached, first.lane) == ("first", "urgent")
    assert 1.9 < first.seconds < 10
    await approved.run(_chunk("accepted"), n=37)
    assert await _reached(approved) == []
    await approved.run(_chunk("accepted"), n=38)
    assert await _reached(approved) == [("urgent", "most")]
    await approved.run(_chunk("delivered"), n=40)
    assert await _reached(approved) == []


async def test_the_wait_for_its_time_is_not_counted(engines: Engines, master: MasterKey) -> None:
    approved = await approve_broadcast(engines, master)
    await plan(engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=datetime.now(UTC))
    await approved.run("UPDATE broadcasts SET approved_at = now() - interval '1 day', send_at = now()")
    await approved.run("UPDATE deliveries SET state = 'calling'")
    await approved.run(_chunk("accepted"), n=9)
    assert {each.reached: each.seconds < 10 for each in await measure_broadcasts(engines.worker)} == {"first": True, "most": True}


async def test_what_never_gets_there_is_forgotten_after_a_day(engines: Engines, master: MasterKey) -> None:
    approved = await approve_broadcast(engines, master)
    await plan(engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=datetime.now(UTC))
    await approved.run("UPDATE broadcasts SET state = 'completed', completed_at = now() - interval '25 hours'")
    assert await _reached(approved) == []
    assert [row.measured for row in await approved.rows("SELECT measured FROM broadcasts")] == [True]


def test_the_version_told_is_the_projects() -> None:
    assert f'\nversion = "{VERSION}"\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
