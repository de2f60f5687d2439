"""Runs one command's work on the deployment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.cli.deployment import Deployment, open_owner
from service.database import act_for
from service.errors import NotFound
from service.languages import Phrase
from service.languages import gettext_lazy as _
from service.settings import Settings
from service.standalone.words import terminal_language
from service.units import find_unit, root_unit

T = TypeVar("T")
ACCOUNT = _("account {id}")
"""Somebody whose name is kept no more."""
_IN_A_LINE = _("Rows: {rows:n}. Made: {created:n}. Unchanged: {unchanged:n}.")


def on_deployment(work: Callable[[Deployment], Awaitable[T]], *, existing: bool = False) -> T:
    """Runs `work` on the deployment that the environment names; returns what it returns. `existing`: none is made for it."""

    async def opened() -> T:
        async with open_owner(Settings.read(), existing=existing) as deployment:
            return await work(deployment)

    return asyncio.run(opened())


async def act_from_the_top(conn: AsyncConnection, deployment: Deployment, unit: str) -> None:
    """Acts for this unit's tree ("": the whole) from here to the end of the transaction. Raises `NotFound("unit.unknown")`."""
    top = await (find_unit(conn, unit, deployment.today) if unit else root_unit(conn, deployment.today))
    await act_for(conn, top.id, subtree=True)


def say(phrase: Phrase, *, err: bool = False, **values: object) -> None:
    """Prints a sentence in the terminal's language. `err`: on standard error, beside what was asked for on standard output."""
    typer.echo(phrase.in_(terminal_language(), **values), err=err)


def in_a_line(rows: int, created: int, unchanged: int) -> str:
    """Says in a line what became of a list."""
    return _IN_A_LINE.in_(terminal_language(), rows=rows, created=created, unchanged=unchanged)


async def units_named(deployment: Deployment, code: str | None) -> list[tuple[str, int]]:
    """Lists (code, id) of the unit with this code, or of every one, also of those that stand no more: what they left is still
    kept.

    Raises `NotFound("unit.unknown")`.
    """
    async with deployment.engine.connect() as conn:
        found = await conn.execute(
            text("SELECT code, id FROM units WHERE CAST(:code AS text) IS NULL OR code = :code ORDER BY code"), {"code": code}
        )
        units = [(row.code, row.id) for row in found]
    if code is not None and not units:
        raise NotFound("unit.unknown")
    return units
