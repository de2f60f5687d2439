"""`loa accounts`: people who may act."""

from typing import Annotated

import typer

from service.accounts import PERMISSIONS, create_account
from service.cli.deployment import Deployment
from service.cli.working import on_deployment
from service.database import act_for
from service.keyring import deployment_key
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
