"""`loa units`: the tree of organisations."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from service.audit import Action, record_event
from service.cli.deployment import Deployment
from service.cli.working import on_deployment
from service.keyring import make_signing_key
from service.units import Unit, create_first_unit, list_units

app = typer.Typer(help="The tree of organisations.", no_args_is_help=True)


@app.command("list")
def show() -> None:
    """Every unit as it stands today."""

    async def work(deployment: Deployment) -> list[Unit]:
        found: list[Unit] = []
        async with deployment.engine.begin() as conn:
            while page := await list_units(conn, deployment.today, after=found[-1].code if found else ""):
                found += page
        return found

    table = Table("code", "level", "parent", "name", box=None)
    for unit in on_deployment(work):
        table.add_row(unit.code, unit.level, unit.parent or "", unit.name)
    Console().print(table)


@app.command()
def create(
    code: Annotated[str, typer.Argument(help="Short, lower case, for ever: sgddt-dongnai")],
    name: Annotated[str, typer.Argument(help="The name as parents know it")],
) -> None:
    """Make the department at the root of the tree, with its signing key. Units below it are made through the API."""

    async def work(deployment: Deployment) -> Unit:
        async with deployment.engine.begin() as conn:
            unit = await create_first_unit(conn, code=code, name=name, now=deployment.now)
            kid = await make_signing_key(conn, deployment.master, unit.id, purpose="record", now=deployment.now)
            await record_event(
                conn,
                actor=None,
                unit_id=unit.id,
                action=Action.SIGNING_KEY_CREATED,
                subject_kind="signing_key",
                subject_id=kid,
                now=deployment.now,
            )
            return unit

    typer.echo(on_deployment(work).code)
