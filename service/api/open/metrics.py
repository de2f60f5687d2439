"""`/metrics`: what this process counts, and the system's figures from the database and the queue,
asked for once a second at most.

Told to whoever has `LOA_METRICS_TOKEN`. Where none is set: to the same machine, and only as long as the system has no public
address, for behind a proxy everybody comes from the same machine.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_address

from fastapi import APIRouter, Request, Response
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from service.api.edge.context import ApiContext, Context
from service.api.open.health import database_state
from service.database import unit_transaction
from service.deliveries import Figure, system_figures
from service.disk import disk_at
from service.errors import NotFound
from service.meters import CONTENT_TYPE, may_read
from service.outbox import LANES, open_valkey, queue_name, queue_state
from service.restarts import read_restarts
from service.settings import Settings

router = APIRouter(tags=["health"])
_GOOD_FOR = 1.0
_PATIENCE = 3.0
# Of the database: its figure, the metric, its words, the label of `part`.
_GAUGES = (
    ("waiting", "loa_deliveries_waiting", "Deliveries that wait.", "channel"),
    ("calling", "loa_deliveries_calling", "Deliveries that are being handed over.", "channel"),
    ("uncertain", "loa_deliveries_uncertain", "Deliveries nobody knows the fate of.", "channel"),
    ("oldest_waiting", "loa_oldest_waiting_seconds", "How long the oldest delivery that may leave has waited.", "channel"),
    ("broadcasts", "loa_broadcasts", "Broadcasts under way.", "state"),
    ("stalled", "loa_broadcasts_stalled", "Broadcasts that stand still though they should not.", None),
    ("workers", "loa_workers_alive", "Workers whose heartbeat was seen in the last 8 seconds.", None),
)
_PLAIN = (
    ("inbox", "loa_receipts_inbox", "Receipts stored and not yet applied."),
    ("oldest_receipt", "loa_receipts_inbox_oldest_seconds", "Age of the oldest of them."),
    ("outbox", "loa_outbox_waiting", "Commands committed and not yet queued."),
    ("oldest_command", "loa_outbox_oldest_seconds", "Age of the oldest of them."),
)
_OF_LANES = frozenset({"stalled", "workers"})


class SystemGauges(Collector):
    """The latest look at database and queue. What cannot be asked has no figures,
    and says so in `loa_database_up`, `loa_valkey_up`.
    """

    def __init__(self, context: ApiContext) -> None:
        self._context = context
        self._looking = asyncio.Lock()
        self._looked = float("-inf")
        self._figures: list[Figure] | None = None
        self._queued: dict[str, int] | None = None
        self._lookup = False

    async def look(self) -> None:
        """Asks both, unless that was done within the last second."""
        async with self._looking:
            if time.monotonic() - self._looked < _GOOD_FOR:
                return
            self._figures, self._queued, self._lookup = await asyncio.gather(self._database(), self._valkey(), self._look_up())
            self._looked = time.monotonic()

    async def _database(self) -> list[Figure] | None:
        try:
            async with asyncio.timeout(_PATIENCE), unit_transaction(self._context.engine, None) as conn:
                return await system_figures(conn)
        except (SQLAlchemyError, OSError, TimeoutError):
            return None

    async def _look_up(self) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await database_state(self._context.engine_lookup) == "ok"
        except (SQLAlchemyError, OSError, TimeoutError):
            return False

    async def _valkey(self) -> dict[str, int] | None:
        """None where it takes no write, too: it then answers and holds up everything."""
        settings = self._context.settings
        url, ca_file = settings.need("valkey_url"), settings.valkey_ca_file
        if await queue_state(url, ca_file, patience=_PATIENCE) != "ok":
            return None
        try:
            async with asyncio.timeout(_PATIENCE), open_valkey(Redis, url, ca_file) as valkey:
                return {lane: int(await valkey.zcard(queue_name(lane))) for lane in LANES}
        except (RedisError, OSError, TimeoutError):
            return None

    def collect(self) -> Iterator[Metric]:
        yield from shown(self._figures, self._queued, lookup=self._lookup)
        yield from of_this_machine(self._context.settings)


def shown(figures: list[Figure] | None, queued: Mapping[str, int] | None, *, lookup: bool = True) -> Iterator[GaugeMetricFamily]:
    """Shows figures as gauges. None: they could not be asked for. `lookup`: whether the look-up's login reaches a server that is
    no standby.
    """
    database = GaugeMetricFamily("loa_database_up", "Whether the database answers each login.", labels=["login"])
    database.add_metric(["web"], float(figures is not None))
    database.add_metric(["lookup"], float(lookup))
    yield database
    yield GaugeMetricFamily("loa_valkey_up", "Whether the queue answers and takes a write.", value=float(queued is not None))
    if queued is not None:
        depth = GaugeMetricFamily("loa_queue_depth", "Jobs in a lane's queue.", labels=["lane"])
        for lane, jobs in queued.items():
            depth.add_metric([lane], jobs)
        yield depth
    if figures is not None:
        yield from _of_database(figures)


def of_this_machine(settings: Settings) -> Iterator[Metric]:
    """Carriers that are set up, room on the disk of `LOA_HOME`, and how often the supervisor of one machine
    started each process again.
    """
    carriers = GaugeMetricFamily("loa_carriers", "Carriers set up for a channel.", labels=["channel"])
    for channel, many in settings.carriers.items():
        carriers.add_metric([channel], many)
    yield carriers
    with suppress(OSError):
        disk = disk_at(settings.home)
        yield GaugeMetricFamily("loa_disk_free_bytes", "Room left on the disk of LOA_HOME.", value=disk.free)
        yield GaugeMetricFamily("loa_disk_size_bytes", "Size of that disk.", value=disk.total)
    restarts = CounterMetricFamily(
        "loa_restarts", "Processes that the supervisor of one machine started again.", labels=["program"]
    )
    for program, count in read_restarts(settings.home).items():
        restarts.add_metric([program], count)
    yield restarts


def _of_database(figures: list[Figure]) -> Iterator[GaugeMetricFamily]:
    for figure, name, words, part in _GAUGES:
        found = {(each.lane, each.part): each.value for each in figures if each.figure == figure}
        family = GaugeMetricFamily(name, words, labels=["lane", part] if part else ["lane"])
        if figure in _OF_LANES:  # nothing to be found is 0, not nothing
            found = {(lane, ""): 0.0 for lane in LANES} | found
        for (lane, of_part), value in found.items():
            family.add_metric([lane, of_part] if part else [lane], value)
        yield family
    for figure, name, words in _PLAIN:
        yield GaugeMetricFamily(name, words, value=sum(each.value for each in figures if each.figure == figure))


@router.get("/metrics", include_in_schema=False)
async def metrics(context: Context, request: Request) -> Response:
    """For Prometheus. To anybody else there is nothing here."""
    settings = context.settings
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else None
    here = not settings.public_url and request.client is not None and _is_loopback(request.client.host)
    if not may_read(request.headers.get("authorization", ""), token, on_this_machine=here):
        raise NotFound("request.not_found")
    state = request.app.state
    if not hasattr(state, "system_gauges"):
        state.system_gauges = SystemGauges(context)
        context.meters.registry.register(state.system_gauges)
    await state.system_gauges.look()
    return Response(context.meters.exposition(), headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
