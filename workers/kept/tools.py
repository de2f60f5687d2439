"""What every job of a worker process may use, made once at the composition root."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from contact_registry.sealing import MasterKey
from service.clock import Clock, system_clock
from service.database import Pool
from service.deliveries import AttemptTokens
from service.meters import Meters
from service.outbox import Lane, Queue
from service.settings import Settings
from service.signing.lookup_numbers import LookupNumbers
from workers.carriers import Route
from workers.channels.base import EmailChannel, SmsChannel
from workers.kept.contents import Contents
from workers.kept.keys import Keys
from workers.kept.outage import Outage
from workers.kept.ways_out import WaysOut
from workers.kept.window import Window
from workers.pacing import Pacing


@dataclass(frozen=True, slots=True)
class Tools:
    """`worker`: this process's name in leases and heartbeats. `stopping`: begin nothing new, finish what is in flight.

    `unrecorded`: something for each group of outcomes that is known and that a database that is away has not taken yet.

    `direct`: the driver's own pool, for single statements. `sms`, `email`: routes without a provider where none is
    set up; a broadcast on such a channel is paused and says so.

    `started`: when this process began. `nudged`: PostgreSQL says that commands were committed. `troubles`: until when no carrier
    of a channel takes anything, as it was written down last.
    """

    settings: Settings
    lane: Lane
    worker: UUID
    clock: Clock
    engine: AsyncEngine
    direct: Pool
    queue: Queue
    master: MasterKey
    keys: Keys
    numbers: LookupNumbers
    tokens: AttemptTokens
    ways_out: WaysOut
    sms: Route[SmsChannel]
    email: Route[EmailChannel]
    contents: Contents
    window: Window
    pacing: Pacing
    stopping: asyncio.Event
    sending: set["asyncio.Task[Any]"] = field(default_factory=set)
    unrecorded: set[object] = field(default_factory=set)
    meters: Meters = field(default_factory=lambda: Meters("worker"))
    outage: Outage = field(default_factory=Outage)
    started: datetime = field(default_factory=system_clock)
    nudged: asyncio.Event = field(default_factory=asyncio.Event)
    troubles: dict[str, datetime] = field(default_factory=dict)


def tools_of(ctx: dict[str, Any]) -> Tools:
    """Takes the tools out of the dictionary that arq hands to jobs; ours has one entry."""
    tools: Tools = ctx["tools"]
    return tools
