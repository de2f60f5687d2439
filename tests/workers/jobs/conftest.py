"""The tools of a worker, in this process: real PostgreSQL and Valkey, and carriers whose answers a test decides."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import TupleRow
from redis.asyncio import Redis

from contact_registry.sealing import MasterKey, data_keys
from service.contacts import UnsubscribeTokens
from service.database import make_pool, unit_transaction
from service.deliveries import AttemptTokens, plan
from service.deliveries.rounds.claims import Claimed, claim
from service.outbox import Queue
from service.settings import Settings
from tests.conftest import Engines, Urls
from tests.factories.approved import Approved, approve_broadcast
from tests.factories.direct import direct
from tests.factories.waiting import until
from workers.carriers import Circuit, Provider, Route
from workers.channels.base import Accepted, CannotList, Outcome, Said
from workers.delivering.handing_over import HandingOver
from workers.delivering.sending import RENEW_EVERY, Sending
from workers.kept.contents import Contents
from workers.kept.keys import Keys
from workers.kept.tools import Tools
from workers.kept.ways_out import WaysOut
from workers.kept.window import Window
from workers.pacing import Pacing


class StandStillClock:
    """The time of day, and what a test lets pass besides."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Carrier:
    """Takes whatever it is given, once `open`; answers no question about it. `created`: it lists each message as made then;
    `reach`: its list reaches until then.
    """

    taken: list[str] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)
    says: dict[str, Said | None] = field(default_factory=dict)
    letters: list[object] = field(default_factory=list)
    valid_for: list[object] = field(default_factory=list)
    created: datetime | None = None
    reach: datetime | None = None

    def __post_init__(self) -> None:
        self.open.set()

    async def send(self, to: str, letter: object, *further: object) -> Outcome:
        self.taken.append(to)
        self.letters.append(letter)
        self.valid_for += further[1:]  # behind an SMS's callback address
        await self.open.wait()
        return Accepted(f"id-{len(self.taken)}")

    async def has(self, many: int) -> None:
        """Returns when it was given so many."""
        await until(f"it has {many}", lambda: len(self.taken) >= many, 10)

    async def find(self, to: str, since: datetime, containing: str) -> Accepted | None:  # noqa: ARG002 - the carrier's signature
        self.asked.append(to)
        if self.created is None:
            raise CannotList("timeout")
        return Accepted("SM1") if self.created >= since else None

    async def listed_until(self) -> datetime | None:
        return self.reach

    async def fetch(self, provider_id: str) -> Said | None:
        self.asked.append(provider_id)
        if provider_id not in self.says:
            raise CannotList("timeout")
        return self.says[provider_id]

    async def close(self) -> None:
        return


class Line(AsyncConnection[TupleRow]):
    """The driver's connection, and what a test does just before and just behind a statement of it."""

    before: ClassVar[Callable[[str], None] | None] = None
    behind: ClassVar[Callable[[str], None] | None] = None

    async def execute(self, query: Any, *rest: Any, **options: Any) -> AsyncCursor[TupleRow]:
        if Line.before:
            Line.before(query)
        done = await super().execute(query, *rest, **options)
        if Line.behind:
            Line.behind(query)
        return done


@dataclass(frozen=True)
class Bench:
    """A planned broadcast and the tools to send it with."""

    approved: Approved
    tools: Tools
    clock: StandStillClock
    carrier: Carrier

    async def beat(self) -> None:
        await self.approved.run("SELECT door_heartbeat(:worker, 'urgent', now())", worker=self.tools.worker)

    async def claim(self, chunk: int = 0) -> Claimed:
        await self.beat()
        async with direct(self.tools.engine) as conn:
            claimed = await claim(
                conn,
                unit_id=self.approved.unit_id,
                broadcast_id=self.approved.broadcast_id,
                chunk=chunk,
                worker=self.tools.worker,
            )
        assert claimed is not None
        return claimed

    async def sending(self, claimed: Claimed, renew_every: float = RENEW_EVERY) -> Sending:
        """What was claimed, ready to be sent."""
        tools = self.tools
        async with unit_transaction(tools.engine, claimed.unit_id, subtree=True) as conn:
            content = await tools.contents.of(conn, claimed.record_id)
            keys = await data_keys(conn, tools.master, {each.data_key_id for each in claimed.deliveries})
        return Sending(tools, claimed, HandingOver(tools, claimed, content, keys), renew_every=renew_every)

    async def state(self) -> tuple[str, str | None]:
        (row,) = await self.approved.rows("SELECT state, pause_reason FROM broadcasts")
        return row.state, row.pause_reason


@pytest.fixture
async def unplanned(
    urls: Urls, engines: Engines, master: MasterKey, valkey_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[Bench]:
    """Three numbers and two addresses, approved. The parameter, if there is one, is its urgency."""
    approved = await approve_broadcast(engines, master, urgency=getattr(request, "param", "urgent"))
    clock, carrier = StandStillClock(), Carrier()
    async with Redis(unix_socket_path=valkey_url.removeprefix("unix://")) as redis:
        await redis.flushall()
    queue = await Queue.connect(valkey_url)
    pool = make_pool(urls.worker, name="test")
    pool.connection_class = Line
    ways_out = WaysOut("https://loa.example", UnsubscribeTokens(bytes(range(64))), bytes(32))
    tools = Tools(
        settings=Settings(smtp_from="canhbao@dongnai.example"),
        lane="urgent",
        worker=uuid4(),
        clock=clock,
        engine=engines.worker,
        direct=pool,
        queue=queue,
        master=master,
        keys=Keys(master),
        numbers=approved.numbers,
        tokens=AttemptTokens(bytes(range(64))),
        ways_out=ways_out,
        sms=Route([Provider("twilio", carrier, Circuit("twilio"))]),
        email=Route([Provider("smtp", carrier, Circuit("smtp"))]),
        contents=Contents("canhbao@dongnai.example", ways_out=ways_out.open),
        window=Window(),
        pacing=Pacing(None, "urgent", {}),
        stopping=asyncio.Event(),
    )
    async with pool:
        yield Bench(approved, tools, clock, carrier)
        Line.before = Line.behind = None
    await queue.close()


@pytest.fixture
async def bench(unplanned: Bench) -> Bench:
    """The same, planned: three SMS in chunk 0, two emails in chunk 1."""
    approved = unplanned.approved
    await plan(approved.engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=datetime.now(UTC))
    return unplanned
