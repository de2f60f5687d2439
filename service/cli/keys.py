"""`loa keys`: the keys of programs (API), of the department (signatures), of people's data, and the master key over them."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import orjson
import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey
from service.accounts import create_api_key, permissions_of
from service.cli.acting import account_named, email_unless
from service.cli.deployment import Deployment, Problem
from service.cli.working import on_deployment, say, units_named
from service.clock import on_screen
from service.database import act_for
from service.keyring import jwks
from service.languages import Phrase
from service.languages import gettext_lazy as _
from service.rotation import Rotation, go_on, list_rotations, rewrap, stop
from service.rotation import rotate as rotate_key
from service.settings import Settings
from service.standalone.home import Home
from service.standalone.master_key import change_master_key
from service.standalone.words import terminal_language

app = typer.Typer(help="API keys, public keys of signatures, and the keys that seal data.", no_args_is_help=True)


@app.command()
def make(
    label: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="Narrows what the key may do. Default: all that the account may.")
    ] = None,
    account: Annotated[
        int | None,
        typer.Option(help="The account's id, as `loa accounts create` printed it. Default: asks for the person's email."),
    ] = None,
) -> None:
    """Make an API key. It is printed this once and kept nowhere."""
    email = email_unless(account)

    async def work(deployment: Deployment) -> str:
        async with deployment.engine.begin() as conn:
            named = await account_named(conn, deployment, account, email)
            await act_for(conn, named.unit_id)
            scopes = scope or sorted(permissions_of(named.roles))
            return await create_api_key(
                conn, account_id=named.id, unit_id=named.unit_id, label=label, scopes=scopes, now=deployment.now
            )

    typer.echo(on_deployment(work))


@app.command()
def public() -> None:
    """The published keys (JWK set), for `loa verify` on a machine without this deployment."""

    async def work(deployment: Deployment) -> dict[str, Any]:
        async with deployment.engine.begin() as conn:
            return await jwks(conn)

    typer.echo(orjson.dumps(on_deployment(work), option=orjson.OPT_INDENT_2))


_STOPPED = _("Rotations stopped: {count:n}. How far they are: loa keys rotation")
_GOES_ON = _("Rotations that go on: {count:n}. How far they are: loa keys rotation")
_ROTATED = _("Units with another data key: {count:n}. How far they are: loa keys rotation")
_KEY = _("key {id}")
_NUMBERS = _("{done:n} done, {left:n} left, {messages:n} messages to look through")
T = TypeVar("T")
_Unit = Annotated[str | None, typer.Option("--unit", help="Only this unit.")]


@app.command()
def rotate(
    unit: _Unit = None,
    every: Annotated[bool, typer.Option("--all", help="Every unit.")] = False,
    halt: Annotated[bool, typer.Option("--stop", help="Stop sealing anew, after the batch under way.")] = False,
    resume: Annotated[bool, typer.Option("--continue", help="Go on where it was stopped.")] = False,
) -> None:
    """Give a unit another data key. The workers seal everything anew under it and delete the old one a day after that."""
    if (unit is None) != every or (halt and resume):
        raise Problem(_("one of --unit CODE and --all; at most one of --stop and --continue"))

    async def work(deployment: Deployment) -> int:
        async def one(conn: AsyncConnection, unit_id: int) -> int:
            if halt:
                return await stop(conn, unit_id, now=deployment.now)
            if resume:
                return await go_on(conn, unit_id, now=deployment.now)
            return await rotate_key(conn, deployment.master, unit_id, now=deployment.now)

        return sum(await _each_unit(deployment, unit, one))

    count = on_deployment(work)
    say(_STOPPED if halt else _GOES_ON if resume else _ROTATED, count=count)


@app.command()
def rotation(unit: _Unit = None) -> None:
    """How far rotations are: rows done, rows left, sent messages still to be looked through."""

    async def work(deployment: Deployment) -> list[Rotation]:
        return [each for found in await _each_unit(deployment, unit, list_rotations) for each in found]

    found, language = on_deployment(work), terminal_language()
    if not found:
        say(_("No data key was rotated yet."), err=True)
    for each in found:
        key = _KEY.in_(language, id=each.data_key_id)
        numbers = _NUMBERS.in_(language, done=each.resealed, left=each.left, messages=each.messages)
        typer.echo(f"{each.unit:<24} {key:<10} {on_screen(each.began_at)}  {_state(each).in_(language):<44} {numbers}")


def _state(rotation: Rotation) -> Phrase:
    if rotation.deleted_at:
        return _("key deleted {at:moment}").with_(at=rotation.deleted_at)
    if rotation.stopped_at:
        return _("stopped {at:moment}").with_(at=rotation.stopped_at)
    return _("clear, key goes a day after {at:moment}").with_(at=rotation.clear_since) if rotation.clear_since else _("under way")


@app.command("rewrap")
def rewrap_all() -> None:
    """Put all keys under another master key: LOA_NEW_MASTER_KEY, or one that a standalone home makes for itself.

    Web and workers must be stopped. Afterwards LOA_MASTER_KEY is the new one. Backups made before open with the old one only.
    """
    settings = Settings.read()
    given = settings.new_master_key and settings.new_master_key.get_secret_value()
    new = given or (settings.need("new_master_key") if settings.database_url_owner else MasterKey.generate())

    async def work(deployment: Deployment) -> int:
        if not settings.database_url_owner:
            return await change_master_key(deployment.engine, Home.at(settings.home), new)
        async with deployment.engine.begin() as conn:
            return await rewrap(conn, deployment.master, MasterKey.parse(new))

    say(_("Keys put under the new master key: {count:n}"), count=on_deployment(work))


async def _each_unit(deployment: Deployment, code: str | None, act: Callable[[AsyncConnection, int], Awaitable[T]]) -> list[T]:
    """What `act` returns for the unit, or for every one, each in its own transaction."""
    found: list[T] = []
    for _code, unit_id in await units_named(deployment, code):
        async with deployment.engine.begin() as conn:
            await act_for(conn, unit_id)
            found.append(await act(conn, unit_id))
    return found
