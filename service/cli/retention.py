"""`loa retention`: what is kept no longer."""

from collections.abc import Mapping
from typing import Annotated

import typer

from service.cli.deployment import Deployment
from service.cli.working import on_deployment, say, units_named
from service.clock import on_screen
from service.languages import gettext_lazy as _
from service.retention import RetentionRun, dry_run, list_runs, run_unit

app = typer.Typer(help="What is kept no longer: the workers see to it once a day.", no_args_is_help=True)

_Unit = Annotated[str | None, typer.Option("--unit", help="Only this unit.")]


@app.command()
def run(
    unit: _Unit = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Say what would be deleted, and delete nothing.")] = False,
) -> None:
    """Delete now what is due, in short transactions; it may be stopped and started again."""

    async def work(deployment: Deployment) -> int:
        now, told = deployment.now, 0
        for code, unit_id in await units_named(deployment, unit):
            if dry:
                async with deployment.engine.begin() as conn:
                    counts = await dry_run(conn, unit_id, now=now)
            else:
                counts = await run_unit(deployment.engine, unit_id, now=now) or {}
            for rule, what in counts.items():
                typer.echo(f"{code:<24} {rule:<12} {_told(what)}")
            told += len(counts)
        return told

    if not on_deployment(work):
        say(_("Nothing is due."), err=True)


@app.command("list")
def show(
    unit: Annotated[str, typer.Option(help="The unit's code.")],
    limit: Annotated[int, typer.Option(help="At most so many.")] = 50,
) -> None:
    """What was deleted, when, by which rule; the newest first."""

    async def work(deployment: Deployment) -> list[RetentionRun]:
        ((_code, unit_id),) = await units_named(deployment, unit)
        async with deployment.engine.begin() as conn:
            return await list_runs(conn, unit_id, before=None, limit=limit)

    found = on_deployment(work)
    if not found:
        say(_("Nothing was deleted yet."), err=True)
    for each in found:
        ended = on_screen(each.ended_at) if each.ended_at else "-"
        typer.echo(f"{on_screen(each.began_at)}  {ended:<16}  {each.rule:<12} {_told(each.counts)}")


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)
