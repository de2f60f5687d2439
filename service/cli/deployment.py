"""The deployment a command works on: the one the environment names, else the standalone home's,
started for the while if need be.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from contact_registry.sealing import MasterKey
from service.clock import LOCAL, system_clock
from service.database import make_engine
from service.database.roles import OWNER
from service.keyring import make_deployment_keys, make_missing_drill_keys
from service.languages import Language, Phrase
from service.languages import gettext_lazy as _
from service.schema import Migrated, upgrade
from service.settings import Settings
from service.standalone import postgres
from service.standalone.home import Home
from service.standalone.master_key import settled
from service.standalone.servers import running_servers


class Problem(Exception):
    """A command that cannot go on: the sentence for the person who typed it. As a text it is the English one."""

    def __init__(self, why: Phrase, **values: object) -> None:
        super().__init__(why.in_("en", **values))
        self._why = why.with_(**values)

    def said(self, language: Language) -> str:
        """Says the sentence in the terminal's language."""
        return self._why.in_(language)


@dataclass(frozen=True, slots=True)
class Deployment:
    """An operator's way in: the owner's login, which row-level security does not hold back, and the master key."""

    engine: AsyncEngine
    master: MasterKey
    migrated: Migrated

    @property
    def now(self) -> datetime:
        return system_clock()

    @property
    def today(self) -> date:
        """The day it is in Vietnam."""
        return self.now.astimezone(LOCAL).date()


@asynccontextmanager
async def open_owner(settings: Settings, *, existing: bool = False) -> AsyncIterator[Deployment]:
    """Opens the deployment, migrated and with its keys: with `LOA_DATABASE_URL_OWNER` that one, else the home under `LOA_HOME`,
    which is made where there is none.

    `existing`: raises `Problem` instead, since what is asked for cannot be in a new one.
    """
    if settings.database_url_owner:
        master = MasterKey.parse(settings.need("master_key"))
        url = settings.need("database_url_owner")
        migrated = upgrade(url)
        async with owner_engine(url) as engine:
            yield await _opened(engine, master, migrated)
        return
    home, done = Home.at(settings.home), list[Migrated]()
    if existing and not home.postgres.exists():
        raise Problem(_("There is no Loa in {home}. Say with LOA_HOME where it is."), home=home.root)
    async with (
        running_servers(home, lambda url: done.append(upgrade(url))),
        owner_engine(postgres.url(home, OWNER)) as engine,
    ):
        yield await _opened(engine, MasterKey.parse((await settled(engine, home)).master_key), done[0])


@asynccontextmanager
async def owner_engine(url: str) -> AsyncIterator[AsyncEngine]:
    """Lends the owner's engine, for one command."""
    engine = make_engine(url, name="loa cli", pool_size=1)
    try:
        yield engine
    finally:
        await engine.dispose()


async def _opened(engine: AsyncEngine, master: MasterKey, migrated: Migrated) -> Deployment:
    async with engine.begin() as conn:
        await make_deployment_keys(conn, master)
        await make_missing_drill_keys(conn, master)
    return Deployment(engine, master, migrated)
