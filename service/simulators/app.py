"""Composition root of the simulators: one process, two ports, nothing kept on disk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from service.clock import Clock, system_clock
from service.logs import configure_logs
from service.settings import Settings
from service.simulators.callbacks import Carrier
from service.simulators.faults import FaultBoard
from service.simulators.http_gateway import HttpGatewayApi
from service.simulators.outbox import Outbox
from service.simulators.outbox_page import add_outbox_page
from service.simulators.smtp_inbox import start_inbox
from service.simulators.twilio_api import TwilioApi

HOST = "127.0.0.1"  # never another: what they hold is what parents would hold


def create_simulators(settings: Settings, *, clock: Clock = system_clock) -> FastAPI:
    """Makes the gateway and the outbox as an application; the SMTP inbox listens for as long as it runs."""
    account, auth_token = settings.need("twilio_account_sid"), settings.need("twilio_auth_token")
    outbox, faults = Outbox(), FaultBoard()
    carrier = Carrier(account, auth_token, faults, clock)

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        inbox = await start_inbox(HOST, settings.smtp_inbox_port, outbox=outbox, faults=faults, clock=clock)
        await carrier.start()
        yield
        await carrier.stop()
        inbox.close()

    app = FastAPI(title="Loa simulators", docs_url=None, redoc_url=None, openapi_url=None, lifespan=running)
    TwilioApi(account, auth_token, outbox=outbox, carrier=carrier, faults=faults, clock=clock).add_to(app)
    HttpGatewayApi(auth_token, outbox=outbox, faults=faults, clock=clock).add_to(app)
    add_outbox_page(app, outbox, faults, clock)
    return app


def run_simulators(settings: Settings) -> None:
    """Runs until told to stop (SIGTERM, Ctrl-C)."""
    configure_logs("simulators", settings.log_level)
    uvicorn.run(
        create_simulators(settings),
        host=HOST,
        port=settings.simulators_port,
        loop="uvloop",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        log_config=None,
        log_level="warning",
        timeout_keep_alive=75,  # as Twilio's front: longer than a client keeps an idle connection
        timeout_graceful_shutdown=1,  # requests that hang by order never end
    )
