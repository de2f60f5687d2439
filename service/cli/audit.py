"""`loa audit`: who did what."""

from typing import Annotated

import typer

from service.audit import Event, list_events
from service.cli.deployment import Deployment
from service.cli.working import on_deployment
from service.clock import on_screen

app = typer.Typer(help="Who did what.", no_args_is_help=True)


@app.callback()
def _audit() -> None:
    """Who did what."""


@app.command("list")
def show(
    after: Annotated[int, typer.Option(help="Begin behind this event.")] = 0,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 100,
) -> None:
    """The trail in order: one line a deed, accounts by id."""

    async def work(deployment: Deployment) -> list[Event]:
        async with deployment.engine.begin() as conn:
            return await list_events(conn, after=after, limit=limit)

    for event in on_deployment(work):
        who = "-" if event.account_id is None else f"account {event.account_id}"
        typer.echo(f"{event.id:>8}  {on_screen(event.at)}  {who:<12} {event.action:<24} {event.subject_kind} {event.subject_id}")
