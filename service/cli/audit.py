"""`loa audit`: who did what."""

from typing import Annotated
from uuid import UUID

import typer

from service.audit import Event, list_events
from service.cli.deployment import Deployment
from service.cli.working import on_deployment
from service.clock import on_screen
from service.contacts import Look, list_looks
from service.database import act_for
from service.units import find_unit

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


@app.command()
def looks(
    unit: Annotated[str, typer.Option(help="The unit's code.")],
    contact: Annotated[UUID | None, typer.Option(help="Only looks at this contact.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 100,
) -> None:
    """Who saw whom in full and why, the newest first."""

    async def work(deployment: Deployment) -> list[Look]:
        async with deployment.engine.begin() as conn:
            found = await find_unit(conn, unit, deployment.today)
            await act_for(conn, found.id)
            return await list_looks(conn, unit_id=found.id, master=deployment.master, contact=contact, limit=limit)

    found = on_deployment(work)
    if not found:
        typer.echo("Nobody has been seen in full.", err=True)
    for look in found:
        typer.echo(f"{on_screen(look.at)}  {look.by:<24} {look.contact}  {look.reason:<14} {look.note or ''}".rstrip())
