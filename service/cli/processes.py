"""Starting things: the whole standalone system, or one process of it."""

import asyncio
from typing import Annotated

import typer

from service.cli.deployment import open_owner
from service.migrations import upgrade
from service.settings import Settings
from service.standalone.words import Words


def run(
    once: Annotated[
        bool,
        typer.Option("--once", envvar="ONCE", help="Send the sample, check it, stop everything, and exit 0 if all went well."),
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="No demo, no simulators: the carriers named by LOA_TWILIO_* and LOA_SMTP_*.")
    ] = False,
) -> None:
    """Start everything on this machine, send a sample warning, and stay up until Ctrl-C."""
    # each process loads what it runs: this one neither the web framework nor the simulators
    from service.standalone.run import run as run_standalone  # noqa: PLC0415

    raise typer.Exit(run_standalone(Settings.read(), once=once, live=live, words=Words.of_terminal(), migrate=upgrade))


def migrate() -> None:
    """Bring the database to the newest schema, and make the deployment's keys that do not exist yet."""

    async def work() -> None:
        async with open_owner(Settings.read()):
            pass  # opening it migrates

    asyncio.run(work())
    typer.echo(Words.of_terminal()("migrated"))


def web(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
) -> None:
    """Run the web process: the look-up page, the API, webhooks."""
    import uvicorn  # noqa: PLC0415 - see run

    from service.app import create_app  # noqa: PLC0415
    from service.logs import configure_logs  # noqa: PLC0415
    from service.memory import collect_rarely  # noqa: PLC0415

    settings = Settings.read()
    configure_logs("web", settings.log_level)
    app = create_app(settings)
    collect_rarely()
    uvicorn.run(
        app,
        host=host,
        port=settings.web_port,
        loop="uvloop",
        access_log=False,  # paths hold look-up numbers and callback tokens
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=3,  # streams of events never end by themselves
    )


def simulators() -> None:
    """Run the simulated SMS gateway and mail server, with an outbox to look at."""
    from service.simulators import run_simulators  # noqa: PLC0415 - see run

    run_simulators(Settings.read())
