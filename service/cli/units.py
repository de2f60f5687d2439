"""`loa units`: the tree of organisations."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from service.audit import Action, Subject, note_event
from service.cli.deployment import Deployment
from service.cli.working import act_from_the_top, in_a_line, on_deployment
from service.clock import day_on_screen
from service.database import act_for
from service.keyring import make_missing_drill_keys, make_signing_key
from service.languages import Phrase
from service.languages import pgettext_lazy as _p
from service.readiness import Covered, Part, Report, coverage, readiness_report
from service.sentences import in_words
from service.standalone.words import terminal_language
from service.units import (
    UNITS_TEMPLATE,
    Unit,
    check_units,
    create_first_unit,
    create_units,
    find_unit,
    list_units,
    read_units,
    root_unit,
)

app = typer.Typer(help="The tree of organisations.", no_args_is_help=True)

_HEADINGS: Mapping[str, Phrase] = {
    "code": _p("heads a column", "code"),
    "level": _p("heads a column", "level"),
    "parent": _p("heads a column", "parent"),
    "name": _p("heads a column", "name"),
    "contacts": _p("heads a column", "contacts"),
    "list": _p("heads a column", "list"),
    "takedowns": _p("heads a column", "take-downs open"),
    "ready": _p("heads a column", "ready"),
    "part": _p("heads a column", "part"),
    "state": _p("heads a column", "state"),
    "since": _p("heads a column", "since"),
    "until": _p("heads a column", "until"),
    "who": _p("heads a column", "who"),
}
_YES, _NO = _p("in the column ready", "yes"), _p("in the column ready", "no")


def _table(*columns: str) -> Table:
    """A table with these headings, in words where there are any. Levels, parts and states are codes, as the API has them."""
    language = terminal_language()
    return Table(*(_HEADINGS[each].in_(language) if each in _HEADINGS else each for each in columns), box=None)


@app.command("list")
def show() -> None:
    """Every unit as it stands today."""

    async def work(deployment: Deployment) -> list[Unit]:
        found: list[Unit] = []
        async with deployment.engine.begin() as conn:
            while page := await list_units(conn, deployment.today, after=found[-1].code if found else ""):
                found += page
        return found

    table = _table("code", "level", "parent", "name")
    for unit in on_deployment(work):
        table.add_row(unit.code, unit.level, unit.parent or "", unit.name)
    Console().print(table)


@app.command()
def create(
    code: Annotated[str, typer.Argument(help="Short, lower case, for ever: sgddt-dongnai")],
    name: Annotated[str, typer.Argument(help="The name as parents know it")],
) -> None:
    """Make the department at the root of the tree, with its signing key. Units below it: `loa units import`, or the API."""

    async def work(deployment: Deployment) -> Unit:
        async with deployment.engine.begin() as conn:
            unit = await create_first_unit(conn, code=code, name=name, now=deployment.now)
            kid = await make_signing_key(conn, deployment.master, unit.id, purpose="record", now=deployment.now)
            await note_event(conn, None, Subject(unit.id, "signing_key", kid), Action.SIGNING_KEY_CREATED, deployment.now)
            await make_missing_drill_keys(conn, deployment.master)
            return unit

    typer.echo(on_deployment(work).code)


@app.command("coverage")
def show_coverage(
    unit: Annotated[str, typer.Option(help="The unit at the top; the whole tree unless said.")] = "",
    not_ready: Annotated[bool, typer.Option("--not-ready", help="Only units that lack something.")] = False,
) -> None:
    """Which units have a list, which are ready, and where something found on the net is still there."""

    async def work(deployment: Deployment) -> list[Covered]:
        found: list[Covered] = []
        async with deployment.engine.begin() as conn:
            root = await (find_unit(conn, unit, deployment.today) if unit else root_unit(conn, deployment.today))
            after = ""
            while page := await coverage(conn, root.id, now=deployment.now, only_not_ready=not_ready, after=after):
                found += page
                after = page[-1].code
        return found

    table = _table("code", "level", "contacts", "list", *Part, "takedowns", "ready")
    for each in on_deployment(work):
        applied = day_on_screen(each.list_applied_at) if each.list_applied_at else ""
        parts = (each.readiness.state(part).value for part in Part)
        ready = (_YES if each.readiness.ready else _NO).in_(terminal_language())
        table.add_row(each.code, each.level, str(each.contacts), applied, *parts, str(each.takedowns_open), ready)
    Console().print(table)


@app.command("ready")
def show_ready(code: Annotated[str, typer.Argument(help="The unit's code.")]) -> None:
    """What the letter asks of a unit, and what is held back now. Exits with 1 where the unit is not ready."""

    async def work(deployment: Deployment) -> Report:
        async with deployment.engine.begin() as conn:
            found = await find_unit(conn, code, deployment.today)
            await act_for(conn, found.id)
            return await readiness_report(conn, found.id, master=deployment.master, now=deployment.now)

    report = on_deployment(work)
    table = _table("part", "state", "since", "until", "who")
    for part in report.parts:
        since = day_on_screen(part.since) if part.since else ""
        until = part.valid_until.strftime("%d/%m/%Y") if part.valid_until else ""
        table.add_row(part.part.value, part.state.value, since, until, part.who or "")
    Console().print(table)
    typer.echo(in_words(report.readiness.blocks, terminal_language()))
    if not report.readiness.ready:
        raise typer.Exit(1)


@app.command("import")
def take_list(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help=f"Excel or CSV with the headings {', '.join(UNITS_TEMPLATE[0])}.")
    ],
    unit: Annotated[str, typer.Option(help="The unit at the top; the whole tree unless said.")] = "",
) -> None:
    """Make the units of a list, all of them or none. Safe to repeat: what stands as the list says is left alone."""

    async def work(deployment: Deployment) -> str:
        table = await read_units(file.read_bytes())
        async with deployment.engine.begin() as conn:
            await act_from_the_top(conn, deployment, unit)
            checked = await check_units(conn, None, table, now=deployment.now)
            created = await create_units(conn, None, checked, now=deployment.now)
            return in_a_line(checked.rows, created, checked.unchanged)

    typer.echo(on_deployment(work))
