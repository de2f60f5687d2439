"""Starting things: the whole standalone system, or one process of it."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from service.cli.deployment import Problem, open_owner
from service.cli.logins import make_logins
from service.database import make_engine
from service.database.schema import require_schema
from service.languages import gettext_lazy as _
from service.schema import Migrated, upgrade
from service.settings import Settings, unknown_settings
from service.standalone.ports import check_free
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
    """Bring the database to the newest schema, and make the deployment's keys that do not exist yet.

    With LOA_DATABASE_URL_SUPERUSER first make the four logins, with the passwords in their URLs, and the database.
    """
    settings = Settings.read()
    if settings.database_url_superuser:
        make_logins(settings)

    async def work() -> Migrated:
        async with open_owner(settings) as deployment:  # opening it migrates
            return deployment.migrated

    done = asyncio.run(work())
    typer.echo(Words.of_terminal()("migrated" if done.was == done.now else "migrated_from", was=done.was or "-", now=done.now))


def web(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
) -> None:
    """Run the web process: the look-up page, the API, webhooks."""
    import uvicorn  # noqa: PLC0415 - see run

    from service.api.edge.connections import Bounds, bounded_connections  # noqa: PLC0415
    from service.app import create_app  # noqa: PLC0415
    from service.logs import configure_logs, warn_of_unknown  # noqa: PLC0415
    from service.memory import collect_rarely  # noqa: PLC0415

    settings = Settings.read()
    configure_logs("web", settings.log_level)
    warn_of_unknown(unknown_settings(os.environ))
    app = create_app(settings)
    asyncio.run(_schema_stands(settings))
    collect_rarely()
    bounds = Bounds.of_this_process()
    uvicorn.run(
        app,
        host=host,
        port=settings.web_port,
        loop="uvloop",
        http=bounded_connections(bounds, app.state.meters.connections_dropped),
        ws="none",
        limit_concurrency=bounds.at_once,
        access_log=False,  # paths hold look-up numbers and callback tokens
        log_config=None,
        server_header=False,
        proxy_headers=False,  # service.api.edge.proxies does it
        timeout_graceful_shutdown=3,  # streams of events never end by themselves
    )


async def _schema_stands(settings: Settings) -> None:
    engine = make_engine(settings.need("database_url_web"), name="loa web", pool_size=1)
    try:
        await require_schema(engine)
    finally:
        await engine.dispose()


def simulators() -> None:
    """Run the simulated SMS gateway and mail server, with an outbox to look at."""
    from service.simulators import run_simulators  # noqa: PLC0415 - see run

    settings = Settings.read()
    check_free(settings, simulators=True, web=False, command="loa simulators")
    run_simulators(settings)


def bench() -> None:
    """Measure this machine, each figure beside its limit and with its proof: `make bench`.
    Some minutes; `MANY=50000` for a quick look.
    """
    source = Path(__file__).parents[2]
    if not (source / "tests" / "benchmarks").is_dir():
        raise Problem(_("The benchmarks come with the source: run this in a checkout."))
    raise typer.Exit(subprocess.run([sys.executable, "-m", "tests.benchmarks"], cwd=source, check=False).returncode)
