"""`loa accounts`: people who may act."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service.accounts import (
    ACCOUNTS_TEMPLATE,
    PERMISSIONS,
    check_accounts,
    create_account,
    create_accounts,
    invitations_workbook,
    invite,
    read_accounts,
)
from service.cli.acting import account_named, email_unless
from service.cli.deployment import Deployment, Problem
from service.cli.working import act_from_the_top, in_a_line, on_deployment, say
from service.database import act_for
from service.keyring import deployment_key
from service.languages import gettext_lazy as _
from service.standalone.home import write_private
from service.units import find_unit

app = typer.Typer(help="People who may act.", no_args_is_help=True)


@app.callback()
def _accounts() -> None:
    """People who may act."""


@app.command()
def create(
    unit: Annotated[str, typer.Option(help="The unit's code.")],
    email: Annotated[str, typer.Option(prompt=True, help="Their email, which they sign in with.")],
    name: Annotated[str, typer.Option(prompt=True, help="Their name.")],
    role: Annotated[list[str], typer.Option(help=f"One or more of: {', '.join(PERMISSIONS)}.")],
    # asked for, never an argument: arguments stand in the shell's history and in the list of processes
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, hidden=True)] = "",
) -> None:
    """Make an account; prints its id."""

    async def work(deployment: Deployment) -> int:
        async with deployment.engine.begin() as conn:
            found = await find_unit(conn, unit, deployment.today)
            await act_for(conn, found.id)
            return await create_account(
                conn,
                master=deployment.master,
                index_key=await deployment_key(conn, deployment.master, "address_index"),
                unit_id=found.id,
                email=email,
                name=name,
                password=password,
                roles=role,
                now=deployment.now,
            )

    typer.echo(on_deployment(work))


@app.command("invite")
def invite_person(
    account: Annotated[int | None, typer.Option(help="The account's id. Default: asks for the person's email.")] = None,
) -> None:
    """Invite an account's person anew; prints the invitation, this once. The one before is void."""
    email = email_unless(account)

    async def work(deployment: Deployment) -> tuple[str, datetime]:
        async with deployment.engine.begin() as conn:
            named = await account_named(conn, deployment, account, email)
            await act_for(conn, named.unit_id)
            made = await invite(conn, None, account_id=named.id, now=deployment.now)
            return made.token, made.expires_at

    token, until = on_deployment(work)
    typer.echo(token)
    say(_("for this person alone, once, until {until:moment}"), err=True, until=until)


@app.command("import")
def take_list(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help=f"Excel or CSV with the headings {', '.join(ACCOUNTS_TEMPLATE[0])}."),
    ],
    invitations: Annotated[Path, typer.Option(help="Where to write the invitations (.xlsx), readable by you alone.")],
    unit: Annotated[str, typer.Option(help="The unit at the top; the whole tree unless said.")] = "",
) -> None:
    """Make the accounts of a list, all of them or none, each with an invitation to hand out. Safe to repeat."""
    if invitations.exists():
        raise Problem(_("{file} exists: it may hold invitations not handed out yet"), file=invitations)

    async def work(deployment: Deployment) -> str:
        table = await read_accounts(file.read_bytes())
        async with deployment.engine.begin() as conn:
            await act_from_the_top(conn, deployment, unit)
            index_key = await deployment_key(conn, deployment.master, "address_index")
            checked = await check_accounts(conn, None, table, master=deployment.master, index_key=index_key, now=deployment.now)
            invited = await create_accounts(conn, None, checked, master=deployment.master, now=deployment.now)
            if invited:  # before the commit: who is made can be invited
                write_private(invitations, invitations_workbook(invited))
            return in_a_line(checked.rows, len(invited), checked.unchanged)

    typer.echo(on_deployment(work))
