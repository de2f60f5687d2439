"""`/metrics` of a worker, on a port of its own (`LOA_METRICS_PORT`): a few lines of HTTP beside the work, no web framework.

Told as the web process tells: to whoever has the token, or without one to the same machine, where alone it then listens.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import product
from typing import get_args

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from service.deliveries.rounds.claiming import Becomes
from service.meters import CONTENT_TYPE, Meters, may_read
from service.outbox import LANES
from service.settings import Settings
from workers.kept.tools import Tools
from workers.rounds.loops import LOOPS

_log = structlog.get_logger()
_PATIENCE = 5.0
_LONGEST_HEAD = 8192


class ProviderGauges(Collector):
    """How a worker's providers stand, read when it is asked."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def collect(self) -> Iterator[GaugeMetricFamily]:
        circuit, rate, share, tokens = gauges = provider_gauges()
        for channel, route in (("sms", self._tools.sms), ("email", self._tools.email)):
            for provider in route.providers:
                circuit.add_metric([channel, provider.name], provider.circuit.state)
        for name, standing in self._tools.pacing.standing().items():
            rate.add_metric([name], standing.rate)
            share.add_metric([name], standing.share)
            tokens.add_metric([name], standing.tokens)
        return iter(gauges)


def provider_gauges() -> tuple[GaugeMetricFamily, ...]:
    """Makes the gauges of circuit, rate, share and tokens, without values."""
    circuit = "Of a provider: 0 closed, 1 open or on trial, 2 open until a person sets something right."
    rate = "Segments or emails a second that a provider may be given by all workers together."
    share = "The share of that rate in force: below 1 while the provider is slowed down for."
    tokens = "Segments or emails that this worker may hand over at once."
    return (
        GaugeMetricFamily("loa_circuit_state", circuit, labels=["channel", "provider"]),
        GaugeMetricFamily("loa_pacing_rate", rate, labels=["provider"]),
        GaugeMetricFamily("loa_pacing_share", share, labels=["provider"]),
        GaugeMetricFamily("loa_pacing_tokens", tokens, labels=["provider"]),
    )


def _begin_at_zero(tools: Tools) -> None:
    """What a rule counts is there before it has happened: of a series that begins with its first case,
    Prometheus sees no increase.
    """
    for channel, becomes in product(("sms", "email"), get_args(Becomes)):
        tools.meters.attempts.labels(tools.lane, channel, becomes)
    for channel, route in (("sms", tools.sms), ("email", tools.email)):
        for provider in route.providers:
            tools.meters.expect_calls(tools.lane, channel, provider.name)
    for lane, reached in product(LANES, ("first", "most")):
        tools.meters.broadcast_seconds.labels(lane, reached)
    for loop in LOOPS:
        tools.meters.rounds.labels(loop, "failed")
    tools.meters.sweeper.labels("chunks_of_the_dead")


@asynccontextmanager
async def exposed(tools: Tools) -> AsyncIterator[None]:
    """Answers on the settings' port for as long as it is entered; on none where that is 0.
    A port that is taken stops no worker.
    """
    tools.meters.registry.register(ProviderGauges(tools))
    _begin_at_zero(tools)
    server = await _listen(tools.settings, tools.meters) if tools.settings.metrics_port else None
    try:
        yield
    finally:
        if server is not None:
            server.close()


async def _listen(settings: Settings, meters: Meters) -> asyncio.Server | None:
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else None
    host = "0.0.0.0" if token else "127.0.0.1"  # noqa: S104 - a network's own Prometheus, which knows the token

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(_PATIENCE):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                writer.write(_answer(head, token, meters))
                await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(answer, host, settings.metrics_port, limit=_LONGEST_HEAD)
    except OSError as error:
        _log.error("metrics.port_refused", port=settings.metrics_port, error=type(error).__name__)
        return None
    _log.info("metrics.listening", port=settings.metrics_port)
    return server


def _answer(head: str, token: str | None, meters: Meters) -> bytes:
    request, *lines = head.split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    may = may_read(headers.get("authorization", ""), token, on_this_machine=True)
    found = may and request.split(" ")[:2] == ["GET", "/metrics"]
    status, body = ("200 OK", meters.exposition()) if found else ("404 Not Found", b"")
    head = f"HTTP/1.1 {status}\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
