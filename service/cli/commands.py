"""The command line's table of contents."""

import os
import sys

import typer
from sqlalchemy.exc import OperationalError

from contact_registry.errors import ImportRefused, Unsealable
from service.backups.programs import ProgramFailed
from service.cli import accounts, audit, backups, broadcasts, contacts, keys, lists, processes, records, retention, texts, units
from service.cli.deployment import Problem
from service.database.schema import SchemaProblem
from service.errors import LoaError, RowError, RowsRefused
from service.languages import gettext_lazy as _
from service.sentences import sentence
from service.settings import SettingProblem, unknown_settings
from service.standalone.obstacles import Obstacle
from service.standalone.words import Words, terminal_language

app = typer.Typer(
    name="loa",
    help="Signed official warnings to parents, each with a look-up number any parent can check.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its locals could hold personal data
)
_IN_A_ROW = _("row {row}, {column}: {sentence}")
_OTHER_KEY = _("LOA_MASTER_KEY does not open the keys of this database: see `loa keys rewrap --help`")
_NO_DATABASE = _("The database cannot be used: {said}")
_LOG = frozenset({"web", "simulators"})  # their standard error is a log, where they say it themselves


@app.callback()
def _begin(context: typer.Context) -> None:
    if context.invoked_subcommand in _LOG:
        return
    words = Words.of_terminal()
    for name, nearest in unknown_settings(os.environ):
        typer.echo(
            words("setting_near", name=name, nearest=nearest) if nearest else words("setting_unknown", name=name), err=True
        )


for command in (
    processes.run,
    processes.migrate,
    processes.web,
    processes.simulators,
    records.verify,
    backups.backup,
    backups.restore,
    processes.bench,
):
    app.command()(command)
app.add_typer(units.app, name="units")
app.add_typer(accounts.app, name="accounts")
app.add_typer(contacts.app, name="contacts")
app.add_typer(broadcasts.app, name="broadcast")
app.add_typer(keys.app, name="keys")
app.add_typer(lists.app, name="import")
app.add_typer(audit.app, name="audit")
app.add_typer(retention.app, name="retention")
app.add_typer(texts.app, name="texts")


def _in_a_row(problem: RowError) -> str:
    language = terminal_language()
    said = sentence(problem.code, language, problem.values)
    return "  " + _IN_A_ROW.in_(language, row=problem.row, column=problem.column, sentence=said)


def main() -> None:
    """Runs one command; a refusal is one sentence on standard error and status 1."""
    try:
        app(prog_name="loa")
    except (SettingProblem, SchemaProblem, Problem) as reason:
        sys.exit(reason.said(terminal_language()))
    except Obstacle as obstacle:
        sys.exit(obstacle.said(Words.of_terminal()))
    except Unsealable:
        sys.exit(_OTHER_KEY.in_(terminal_language()))
    except LoaError as refused:
        lines = [] if refused.fields else [sentence(refused.code, terminal_language(), refused.values)]
        lines += [f"{field.field}: {sentence(field.code, terminal_language(), field.values)}" for field in refused.fields]
        rows = refused.problems if isinstance(refused, RowsRefused) else ()
        lines += [_in_a_row(row) for row in rows]
        sys.exit("\n".join(lines))
    except OperationalError as away:
        sys.exit(_NO_DATABASE.in_(terminal_language(), said=" ".join(str(away.orig).split())))
    except ProgramFailed as failed:
        sys.exit(str(failed))
    except ImportRefused as refused:
        sys.exit(sentence(refused.code, terminal_language()))
