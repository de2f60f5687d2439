"""A worker's own `/metrics`: its counters and how its providers stand."""

import re
from dataclasses import replace

import pytest
from httpx import AsyncClient
from pydantic import SecretStr
from structlog.testing import capture_logs

from service.settings import Settings
from tests.architecture.test_watched import alerts
from tests.factories.ports import free_port
from tests.service.api.test_metrics import samples
from tests.workers.jobs.conftest import Bench
from workers.delivering.job import deliver_chunk
from workers.exposing import exposed
from workers.pacing import Pacing


def _watched(bench: Bench, **settings: object) -> Bench:
    made = Settings(smtp_from="canhbao@dongnai.example", metrics_port=free_port(), **settings)  # type: ignore[arg-type]
    pacing = Pacing(None, "urgent", {"elsewhere": 30.0})
    return replace(bench, tools=replace(bench.tools, settings=made, pacing=pacing))


async def test_it_tells_what_it_called_and_how_its_providers_stand(bench: Bench) -> None:
    bench = _watched(bench)
    await bench.beat()
    port = bench.tools.settings.metrics_port
    async with exposed(bench.tools), AsyncClient() as prometheus:
        approved = bench.approved
        await deliver_chunk({"tools": bench.tools}, approved.unit_id, approved.broadcast_id, 0, 0)
        answer = await prometheus.get(f"http://127.0.0.1:{port}/metrics")
        elsewhere = await prometheus.get(f"http://127.0.0.1:{port}/")
    found = samples(answer.text)
    provider = bench.tools.sms.providers[0].name
    call = f'channel="sms",error_class="",lane="urgent",outcome="accepted",provider="{provider}"'
    assert found[f"loa_provider_calls_total{{{call}}}"] == 3
    assert found['loa_attempts_total{becomes="accepted",channel="sms",lane="urgent"}'] == 3
    assert found[f'loa_provider_call_seconds_count{{channel="sms",provider="{provider}"}}'] == 3
    assert found[f'loa_circuit_state{{channel="sms",provider="{provider}"}}'] == 0
    assert found['loa_pacing_rate{provider="elsewhere"}'] == 30
    assert elsewhere.status_code == 404


async def test_what_an_alert_counts_is_there_before_it_has_happened(bench: Bench) -> None:
    async with exposed(bench.tools):
        told = list(samples(bench.tools.meters.exposition().decode()))
    counted = {
        found
        for alert in alerts()
        for found in re.findall(r"(?:rate|increase)\((loa_[a-z_]+)(?:\{([^}]*)\})?\[", alert["expr"])
        # whose series nobody knows before, or the supervisor begins
        if not found[0].startswith(("loa_provider_call_seconds", "loa_http_", "loa_restarts_"))
    }
    assert len(counted) > 4
    for name, matchers in counted:
        assert any(each.startswith(name) and all(match in each for match in matchers.split(",")) for each in told), (
            name,
            matchers,
        )


@pytest.mark.parametrize(("sent", "status"), [(None, 404), ("Bearer x", 404), ("Bearer for-prometheus", 200)])
async def test_with_a_token_only_whoever_has_it_is_told(bench: Bench, sent: str | None, status: int) -> None:
    bench = _watched(bench, metrics_token=SecretStr("for-prometheus"))
    async with exposed(bench.tools), AsyncClient() as prometheus:
        headers = {"Authorization": sent} if sent else {}
        answer = await prometheus.get(f"http://127.0.0.1:{bench.tools.settings.metrics_port}/metrics", headers=headers)
    assert answer.status_code == status


async def test_a_port_that_is_taken_stops_no_worker(bench: Bench) -> None:
    bench = _watched(bench)
    port = bench.tools.settings.metrics_port
    other = replace(bench.tools, meters=type(bench.tools.meters)("worker"))
    async with exposed(bench.tools), AsyncClient() as prometheus:
        with capture_logs() as told:
            async with exposed(other):
                pass  # entered and left again: what follows is the first one's answer
        answer = await prometheus.get(f"http://127.0.0.1:{port}/metrics")
    assert [(line["event"], line["port"]) for line in told] == [("metrics.port_refused", port)]
    assert answer.status_code == 200
