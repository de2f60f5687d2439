"""What a worker process is made of, from its settings: the composition root of its tools."""

import asyncio
from dataclasses import dataclass
from uuid import uuid4

from contact_registry.sealing import MasterKey
from service.clock import system_clock
from service.contacts import UnsubscribeTokens
from service.database import make_engine, make_pool, unit_transaction
from service.database.schema import require_schema
from service.database.sessions import require_own_sessions
from service.deliveries import AttemptTokens
from service.keyring.deployment import deployment_key
from service.meters import Meters
from service.outbox import Lane, Queue
from service.settings import Settings
from service.signing.lookup_numbers import LookupNumbers
from workers.carriers import Route, email_route, rates, sms_route
from workers.channels.base import EmailChannel, SmsChannel
from workers.kept.contents import Contents
from workers.kept.keys import Keys
from workers.kept.tools import Tools
from workers.kept.ways_out import WaysOut
from workers.kept.window import Window
from workers.pacing import Pacing

_SILENT_TRANSACTION = 15.0  # seconds: a frozen worker's locks must not hold up the others


@dataclass(frozen=True, slots=True)
class Routes:
    """Who carries each channel."""

    sms: Route[SmsChannel]
    email: Route[EmailChannel]

    @classmethod
    def of(cls, settings: Settings) -> "Routes":
        """Makes the routes that the settings name."""
        return cls(sms_route(settings), email_route(settings))


async def make_tools(settings: Settings, lane: Lane, routes: Routes) -> Tools:
    """Makes what every job of a worker of this lane may use. Raises `SchemaProblem` and `SettingProblem`."""
    engine = make_engine(
        settings.need("database_url_worker"), name=f"loa worker {lane}", pool_size=10, patience=_SILENT_TRANSACTION
    )
    direct = make_pool(settings.need("database_url_worker"), name=f"loa worker {lane}")
    await require_schema(engine)
    await require_own_sessions(engine)
    master = MasterKey.parse(settings.need("master_key"))
    async with unit_transaction(engine, None) as conn:
        numbers = LookupNumbers(await deployment_key(conn, master, "lookup_number"), settings.number_digits)
        tokens = AttemptTokens(await deployment_key(conn, master, "attempt_token"))
        ways_out = WaysOut(
            settings.public_base,
            UnsubscribeTokens(await deployment_key(conn, master, "unsubscribe_token")),
            await deployment_key(conn, master, "address_index"),
        )
    queue = await Queue.connect(settings.need("valkey_url"), settings.valkey_ca_file)
    return Tools(
        settings=settings,
        lane=lane,
        worker=uuid4(),
        clock=system_clock,
        engine=engine,
        direct=direct,
        queue=queue,
        master=master,
        keys=Keys(master),
        numbers=numbers,
        tokens=tokens,
        ways_out=ways_out,
        sms=routes.sms,
        email=routes.email,
        contents=Contents(settings.smtp_from, ways_out=ways_out.open, quiet=settings.quiet_hours),
        window=Window(),
        pacing=Pacing(queue.pool, lane, rates(settings)),
        stopping=asyncio.Event(),
        meters=Meters(f"worker {lane}"),
    )
