"""`loa texts`: the words that carriers have on file."""

import json
from pathlib import Path
from textwrap import indent
from typing import Annotated

import typer

from service.broadcasts import carrier_forms
from service.cli.deployment import Deployment
from service.cli.working import in_a_line, on_deployment, say
from service.clock import LOCAL, system_clock
from service.database import act_for
from service.languages import gettext_lazy as _
from service.registered_texts import RegisteredText, drill_form, fold, list_texts, put_text, read_texts
from service.settings import Settings
from service.units import find_unit, root_unit

app = typer.Typer(help="Texts registered with the carriers.", no_args_is_help=True)


@app.command("list")
def show(unit: Annotated[str, typer.Option(help="The unit they hold for; the department unless said.")] = "") -> None:
    """Every text that holds for a unit: its own and those of the units above it; and which drills are still to be filed."""

    async def work(deployment: Deployment) -> list[RegisteredText]:
        found: list[RegisteredText] = []
        async with deployment.engine.begin() as conn:
            named = await (find_unit(conn, unit, deployment.today) if unit else root_unit(conn, deployment.today))
            await act_for(conn, named.id)
            while page := await list_texts(conn, after=found[-1].id if found else 0):
                found += page
        return found

    texts = on_deployment(work)
    for each in texts:
        typer.echo(f"{each.name}  {each.status}  {each.provider}  {each.unit}  {each.dated:%d/%m/%Y}  {each.reference}".rstrip())
        typer.echo(indent(each.template, "    ") + "\n")  # whole: who compares it with the carrier's form needs every letter
    filed = {(each.provider, fold(each.template)) for each in texts}
    drills = {each.name: drill_form(each.template) for each in texts if each.status not in ("rejected", "expired")}
    lacking = [each for each in texts if each.name in drills and (each.provider, fold(drills[each.name])) not in filed]
    if lacking:
        say(_("Drills of these are not on file; have them registered, too, so that no carrier filters a drill:"))
        typer.echo()
    for each in lacking:
        typer.echo(f"{each.name}-drill  {each.provider}\n" + indent(drills[each.name], "    ") + "\n")


@app.command("templates")
def templates(
    sender: Annotated[str, typer.Option(help="The sender's name; the setting's unless said.")] = "",
    status: Annotated[str, typer.Option(help="What to say of each: draft, submitted, approved.")] = "draft",
) -> None:
    """What to file with the carriers: every ready text and its drill, as TOML that `loa texts import` reads."""
    settings, day = Settings.read(), system_clock().astimezone(LOCAL).date()
    for name, form in carrier_forms(sender or settings.twilio_sender):
        typer.echo(f"[{name}]\nstatus = {json.dumps(status)}\ndated = {day.isoformat()}\ntemplate = {json.dumps(form)}\n")


@app.command("import")
def take_list(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="TOML (a table a text), Excel or CSV.")],
    unit: Annotated[str, typer.Option(help="The unit that has them registered; the department unless said.")] = "",
    provider: Annotated[str, typer.Option(help="The provider of those that name none.")] = "twilio",
) -> None:
    """Put the texts of a list on file, all of them or none. Safe to repeat; what is not in the list is left as it is."""

    async def work(deployment: Deployment) -> str:
        texts = read_texts(file.read_bytes(), provider=provider, toml=file.suffix.lower() == ".toml")
        async with deployment.engine.begin() as conn:
            named = await (find_unit(conn, unit, deployment.today) if unit else root_unit(conn, deployment.today))
            await act_for(conn, named.id)
            put = [await put_text(conn, None, unit_id=named.id, text_=each, now=deployment.now) for each in texts]
        return in_a_line(len(texts), sum(put), len(texts) - sum(put))

    typer.echo(on_deployment(work))
