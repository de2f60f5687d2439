"""`loa import`: a school's list read, shown with its problems and what it would change, and applied, at one go on one machine.

Reading happens here and not in a worker: it works whether or not the system is running. Nothing of the list is printed but where
a problem stands and what to do about it.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from contact_registry.headings import Field, ListOf
from contact_registry.lists import in_short
from contact_registry.present import Difference
from service.cli.acting import acting_as, require_tree, unit_of
from service.cli.deployment import Deployment, Problem
from service.cli.working import on_deployment
from service.contacts import (
    MEANINGS,
    NAMEABLE,
    Choices,
    HiddenRows,
    ImportReport,
    ReadingFailed,
    Said,
    apply_import,
    compare_import,
    import_report,
    locate_import,
    lock_reading,
    read_import,
    say_columns,
    start_import,
    undo_import,
)
from service.database import act_for
from service.languages import gettext_lazy as _
from service.sentences import SENTENCES
from service.standalone.words import Words, terminal_language

_SHOWN = 100
"""Problems that are printed. More are better mended in the workbook of rows to fix."""
_SHOWN_PLACES = 30
"""Sheets that are named for one reason why rows are no pupils."""

_NO_COLUMN = _("{written}: HEADING=FIELD, FIELD: {fields}")


class _FileFirst(TyperGroup):
    """`loa import FILE ...` is `loa import file FILE ...`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        if args and args[0] not in (*self.commands, "--help"):
            args = ["file", *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """Writes the help with the options of the one that needs no name."""
        super().format_help(ctx, formatter)
        command = self.commands["file"]
        command.format_help(type(ctx)(command, info_name=ctx.info_name, parent=ctx.parent, help_option_names=[]), formatter)


app = typer.Typer(
    cls=_FileFirst, help="A school's list: loa import FILE --unit CODE --as EMAIL. It can be undone.", no_args_is_help=True
)

_As = Annotated[str, typer.Option("--as", help="The email of the account that does it.")]


@app.command("file")
def take(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="xlsx, xls, ods, csv or tsv.")],
    unit: Annotated[str, typer.Option(help="The code of the unit whose list it is.")],
    email: _As,
    dry: Annotated[bool, typer.Option("--dry-run", help="Read and show only.")] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Apply without asking, unless many of the present people would go.")
    ] = False,
    staff: Annotated[bool, typer.Option("--staff", help="A list of staff, not of parents.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column", help="What a column holds, by its heading or letter: --column C=phone --column 'Liên lạc=phone'."
        ),
    ] = None,
    only: Annotated[
        bool, typer.Option("--only-classes", help="A list of some classes: every other class stays as it is.")
    ] = False,
    hidden: Annotated[
        HiddenRows | None, typer.Option("--hidden-rows", help="Rows hidden in the spreadsheet: take them, or leave them.")
    ] = None,
) -> None:
    """Read a list, show what was found, and make it the unit's present list if you say so."""
    words = Words.of_terminal()
    data, of = file.read_bytes(), "staff" if staff else "parents"

    async def work(deployment: Deployment) -> None:
        typer.echo(words("import_reading"), err=True)
        said = [_said(each) for each in column or ()]
        public_id = await _read(deployment, data, unit=unit, email=email, of=of, dry=dry, said=said)  # type: ignore[arg-type]
        report = await _report(deployment, public_id)
        _show(report, words)
        if report.failure_code:
            raise typer.Exit(1)
        if dry:
            return
        try:
            choices = Choices(only, hidden or _hidden_rows(report, words))
            difference = await _compare(deployment, public_id, email, choices)
            typer.echo(_told(difference, words))
            confirmed = _confirmed(difference, words, apply=apply)
        except typer.Abort:  # Ctrl-C, or nobody there to answer
            typer.echo("\n" + words("import_kept", id=public_id))
            raise typer.Exit(1) from None
        if not confirmed:
            typer.echo(words("import_kept", id=public_id))
            return
        typer.echo(words("import_applying"), err=True)
        await _apply(deployment, public_id, email, choices, gone=difference.gone)
        typer.echo(words("import_applied", id=public_id))

    on_deployment(work)


@app.command()
def undo(
    public_id: Annotated[UUID, typer.Argument(metavar="ID", help="The import's id, as it was printed.")], email: _As
) -> None:
    """Take the unit's latest applied list back: the one before it is the present list again."""

    async def work(deployment: Deployment) -> None:
        async with deployment.engine.begin() as conn:
            actor = await acting_as(conn, deployment, email)
            place = await locate_import(conn, public_id)
            await require_tree(conn, actor, place.unit_id, refused="import.unknown")
            await act_for(conn, place.unit_id)
            await undo_import(conn, actor, import_id=place.id, now=deployment.now)

    on_deployment(work)
    typer.echo(Words.of_terminal()("import_undone"))


def _said(written: str) -> Said:
    """A person's word on a column: "C=phone", "Liên lạc=phone". A letter is the column of a file without headings."""
    heading, _sign, field = written.rpartition("=")
    if not heading or field not in MEANINGS:
        wrong = _NO_COLUMN.in_(terminal_language(), written=repr(written), fields=", ".join(sorted(MEANINGS)))
        raise typer.BadParameter(wrong, param_hint="--column")
    return Said(f"Cột {heading.upper()}" if len(heading) == 1 else heading, Field(field))


async def _read(
    deployment: Deployment, data: bytes, *, unit: str, email: str, of: ListOf, dry: bool, said: Sequence[Said]
) -> UUID:
    """One transaction: a list that cannot be read for a fault of ours leaves nothing behind.
    What is said of columns has it read again.
    """
    async with deployment.engine.begin() as conn:
        actor = await acting_as(conn, deployment, email)
        target = await unit_of(conn, deployment, actor, unit)
        await act_for(conn, target.id)
        public_id = await start_import(
            conn,
            actor,
            unit_id=target.id,
            data=data,
            dry_run=dry,
            master=deployment.master,
            now=deployment.now,
            audience=of,
        )
        place = await locate_import(conn, public_id)
        await lock_reading(conn, place.id)
        try:
            await read_import(conn, place.id, master=deployment.master, now=deployment.now)
            if said:
                await say_columns(conn, actor, import_id=place.id, said=said, master=deployment.master, now=deployment.now)
                await read_import(conn, place.id, master=deployment.master, now=deployment.now)
        except ReadingFailed as fault:
            raise Problem(_("{sentence} ({fault})"), sentence=SENTENCES["server.error"], fault=fault) from None
    return public_id


async def _report(deployment: Deployment, public_id: UUID) -> ImportReport:
    async with deployment.engine.begin() as conn:
        return await import_report(conn, public_id, language=terminal_language(), most=None)


async def _compare(deployment: Deployment, public_id: UUID, email: str, choices: Choices) -> Difference:
    async with deployment.engine.begin() as conn:
        actor = await acting_as(conn, deployment, email)
        place = await locate_import(conn, public_id)
        await act_for(conn, place.unit_id)
        return await compare_import(conn, actor, import_id=place.id, master=deployment.master, choices=choices)


async def _apply(deployment: Deployment, public_id: UUID, email: str, choices: Choices, *, gone: int) -> None:
    async with deployment.engine.begin() as conn:
        actor = await acting_as(conn, deployment, email)
        place = await locate_import(conn, public_id)
        await act_for(conn, place.unit_id)
        await apply_import(
            conn,
            actor,
            import_id=place.id,
            master=deployment.master,
            now=deployment.now,
            confirm_gone=gone,
            choices=choices,
        )


def _show(report: ImportReport, words: Words) -> None:
    if report.failure_code:
        typer.echo(report.problems[0].message)
        if report.failure_code in NAMEABLE:
            typer.echo(words("import_name_columns"))
        return
    typer.echo(report.summary)
    if report.dropped_columns:
        typer.echo(words("import_dropped", columns=", ".join(report.dropped_columns)))
    told = [problem for problem in report.problems if problem.severity != "information"]
    told.sort(key=lambda problem: problem.severity)  # errors before warnings
    counts = Counter(problem.severity for problem in told)
    for severity, problems in groupby(told[:_SHOWN], key=lambda problem: problem.severity):
        typer.echo("\n" + words(f"import_{severity}", count=counts[severity]))
        table = Table(*(words(f"import_{column}") for column in ("sheet", "row", "column", "advice")), box=None)
        for problem in problems:
            table.add_row(problem.sheet or "", str(problem.row or ""), problem.column or "", problem.message)
        Console().print(table)
    if len(told) > _SHOWN:
        typer.echo(words("import_more", count=len(told) - _SHOWN))
    seen = Counter(problem.message for problem in report.problems if problem.severity == "information" and problem.column)
    for message, count in seen.items():
        typer.echo(f"{count} × {message}")
    _show_left_out(report, words)


def _show_left_out(report: ImportReport, words: Words) -> None:
    """Where every other row of the file went, a line for each reason."""
    by_reason: dict[str, list[str]] = {}
    for left in report.left_out:
        rows = words("import_left_out_rows", rows=in_short(left.rows) + (" …" if left.total > len(left.rows) else ""))
        by_reason.setdefault(left.message, []).append(f"{left.sheet}: {rows}" if left.sheet else rows)
    if by_reason:
        typer.echo(words("import_left_out"))
    for message, places in by_reason.items():
        more = "; …" if len(places) > _SHOWN_PLACES else ""
        typer.echo(f"  {message} ({'; '.join(places[:_SHOWN_PLACES])}{more})")


def _hidden_rows(report: ImportReport, words: Words) -> HiddenRows | None:
    """Asks what to do with hidden rows, where there are any."""
    rows = sum(problem.code == "row.hidden" for problem in report.problems)
    if not rows:
        return None
    return "take" if typer.confirm(words("import_hidden", count=rows)) else "leave"


def _told(difference: Difference, words: Words) -> str:
    told = words(
        "import_difference",
        present=difference.present,
        added=difference.added,
        gone=difference.gone,
        changed=difference.changed,
        kept=difference.kept,
    )
    classes = difference.whole_classes_gone
    return f"{told}\n{words('import_whole_classes', classes=', '.join(classes))}" if classes else told


def _confirmed(difference: Difference, words: Words, *, apply: bool) -> bool:
    """Whether to go on. Where many would go their number is asked for: a key pressed too soon must not empty a school's list."""
    if difference.needs_confirmation:
        said: str = typer.prompt(
            words("import_many_gone", gone=difference.gone, present=difference.present), default="", show_default=False
        )
        return said.strip() == str(difference.gone)
    return apply or typer.confirm(words("import_apply"))
