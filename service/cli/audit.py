"""`loa audit`: who did what."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from service.accounts import account_names
from service.audit import Event, Wanted, count_events, list_events
from service.cli.deployment import Deployment
from service.cli.working import ACCOUNT, on_deployment, say
from service.clock import LOCAL, on_screen
from service.contacts import Look, list_looks
from service.database import act_for
from service.languages import gettext_lazy as _
from service.standalone.words import terminal_language
from service.units import find_unit

app = typer.Typer(help="Who did what.", no_args_is_help=True)


@app.callback()
def _audit() -> None:
    """Who did what."""


@app.command("list")
def show(
    after: Annotated[int, typer.Option(help="Begin behind this event.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    broadcast: Annotated[
        str | None, typer.Option(help="Only this broadcast's: its id, or the beginning of it.", metavar="ID")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="Only this unit's, by its code.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d", "%d/%m/%Y"], help="Only from this day on, in Vietnam's time.")
    ] = None,
) -> None:
    """The trail in order: one line a deed, with the name of who did it. What is left is counted at the end."""
    moment = since.replace(tzinfo=LOCAL) if since else None

    async def work(deployment: Deployment) -> tuple[list[Event], dict[int, str], int]:
        async with deployment.engine.begin() as conn:
            unit_id = (await find_unit(conn, unit, deployment.today)).id if unit else None
            wanted = Wanted(broadcast.strip().lower() if broadcast else None, unit_id, moment)
            found = await list_events(conn, after=after, limit=limit, wanted=wanted)
            names = await account_names(
                conn, deployment.master, (each.account_id for each in found if each.account_id is not None)
            )
            left = await count_events(conn, after=found[-1].id, wanted=wanted) if found else 0
            return found, names, left

    found, names, left = on_deployment(work)
    for event in found:
        who = (
            "-"
            if event.account_id is None
            else names.get(event.account_id) or ACCOUNT.in_(terminal_language(), id=event.account_id)
        )
        typer.echo(f"{event.id:>8}  {on_screen(event.at)}  {who:<24} {event.action:<24} {event.subject_kind} {event.subject_id}")
    if not found:
        say(_("There is none."), err=True)
    if left:
        say(_("… {left:n} more: --after {id}"), err=True, left=left, id=found[-1].id)


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
        say(_("Nobody has been seen in full."), err=True)
    for look in found:
        typer.echo(f"{on_screen(look.at)}  {look.by:<24} {look.contact}  {look.reason:<14} {look.note or ''}".rstrip())
