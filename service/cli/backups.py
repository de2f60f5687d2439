"""`loa backup`, `loa restore`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from contact_registry.sealing import MasterKey
from service.backups import Restored, back_up, read_manifest
from service.backups import restore as restore_backup
from service.cli.deployment import Problem, open_owner, owner_engine
from service.cli.logins import make_logins
from service.cli.working import say
from service.clock import system_clock
from service.database.roles import OWNER
from service.languages import gettext_lazy as _
from service.records import AHEAD, issued_up_to, keep_ahead
from service.schema import upgrade
from service.settings import Settings
from service.standalone import postgres
from service.standalone.environment import settle_kind
from service.standalone.home import Home
from service.standalone.secrets import load_or_make
from service.standalone.servers import running_servers

_LOST = 2 * AHEAD
"""How far the counter jumps when nobody knows how far it had come."""


def backup(
    directory: Annotated[Path, typer.Argument(help="Where it is put, in a directory of its own.")],
) -> None:
    """Copy the database, as of one moment, while everything goes on.
    Keys are not in it: LOA_MASTER_KEY and the file of numbers.
    """
    settings = Settings.read()

    async def work() -> Path:
        async with open_owner(settings) as deployment:
            home = None if settings.database_url_owner else Home.at(settings.home)
            return await back_up(
                deployment.engine,
                settings.need("database_url_owner") if home is None else postgres.url(home, OWNER),
                binaries=postgres.binaries(),
                directory=directory,
                master=deployment.master,
                kind=home.kind_file.read_text(encoding="utf-8").strip() if home and home.kind_file.exists() else None,
                now=deployment.now,
            )

    typer.echo(asyncio.run(work()))


def restore(
    directory: Annotated[Path, typer.Argument(help="A backup: the directory with manifest.json.")],
    numbers_lost: Annotated[
        bool, typer.Option("--numbers-lost", help="The file of numbers is gone: jump so far that none comes twice.")
    ] = False,
) -> None:
    """Bring a backup back into an empty database. What was under way is paused, and nothing is sent again by itself."""
    settings = Settings.read()
    done = asyncio.run(
        _into_cluster(settings, directory, numbers_lost)
        if settings.database_url_owner
        else _into_home(settings, directory, numbers_lost)
    )
    say(
        _("Restored as of {at:moment}. Warnings paused for a person: {paused:n}; messages in doubt: {doubted:n}."),
        at=done.made_at,
        paused=done.paused,
        doubted=done.in_doubt,
    )
    say(_("Numbers go on from {number}."), number=done.next_number)


async def _into_cluster(settings: Settings, directory: Path, numbers_lost: bool) -> Restored:
    url, master = settings.need("database_url_owner"), MasterKey.parse(settings.need("master_key"))
    if read_manifest(directory).kind == "demo":
        raise Problem(_("This is a demo's backup: demo data and real carriers never meet. Restore it into a LOA_HOME."))
    if settings.database_url_superuser:
        make_logins(settings)
    return await _restored(url, master, directory, settings.numbers_file, numbers_lost)


async def _into_home(settings: Settings, directory: Path, numbers_lost: bool) -> Restored:
    home, kind = Home.at(settings.home), read_manifest(directory).kind
    async with running_servers(home, lambda _: None, alone=True):
        settle_kind(home, "demo" if kind == "demo" else "live")
        master = MasterKey.parse(load_or_make(home).master_key)
        return await _restored(postgres.url(home, OWNER), master, directory, home.numbers_file, numbers_lost)


async def _restored(url: str, master: MasterKey, directory: Path, numbers: Path | None, numbers_lost: bool) -> Restored:
    mark = issued_up_to(numbers) if numbers else None
    if mark is None and not numbers_lost:
        raise Problem(
            _("No file of numbers at {file}. Put its latest copy there, or say --numbers-lost."),
            file=numbers or "LOA_NUMBERS_FILE",
        )
    async with owner_engine(url) as engine:
        done = await restore_backup(
            engine,
            url,
            binaries=postgres.binaries(),
            directory=directory,
            master=master,
            issued=lambda next_number: max(mark or 0, next_number + (_LOST if numbers_lost else 0)),
            migrate=upgrade,
            now=system_clock(),
        )
    if numbers:
        keep_ahead(numbers, done.next_number)
    return done
