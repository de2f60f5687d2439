"""`loa contacts`: what a school's people do with contacts, done for them by an operator in a named account's name.

A name, a number or an email is asked for, never an argument: arguments stand in the shell's history and in the list of processes.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.people import Erased, ListedContact
from service.actors import Actor
from service.cli.acting import acting_as
from service.cli.deployment import Deployment
from service.cli.working import on_deployment, say
from service.contacts import Asked, Target, erase, locate_contact, search_people, take_off, with_address
from service.database import act_for
from service.errors import FieldError, Invalid
from service.languages import Phrase
from service.languages import gettext_lazy as _
from service.languages import pgettext_lazy as _p
from service.standalone.words import terminal_language

app = typer.Typer(help="People on a school's list, one at a time.", no_args_is_help=True)

T = TypeVar("T")
As = Annotated[str, typer.Option("--as", help="The email of the account in whose name this is done, at its own unit.")]

_HEADINGS = (
    _p("heads a column", "id"),
    _p("heads a column", "role"),
    _p("heads a column", "name or pupils"),
    _p("heads a column", "addresses"),
    _p("heads a column", "off"),
)


def _acting(email: str, work: Callable[[Deployment, AsyncConnection, Actor], Awaitable[T]]) -> T:
    async def opened(deployment: Deployment) -> T:
        async with deployment.engine.begin() as conn:
            actor = await acting_as(conn, deployment, email)
            await act_for(conn, actor.unit_id)
            return await work(deployment, conn, actor)

    return on_deployment(opened)


def _ask(what: Phrase) -> str:
    return str(typer.prompt(what.in_(terminal_language())))


def _asked(written: str) -> Asked:
    if "@" in written:
        return Asked(email=written)
    return Asked(phone=written) if any(c.isdigit() for c in written) else Asked(name=written)


def _address(written: str) -> Target:
    asked = _asked(written)
    if asked.name is not None:
        raise Invalid("request.invalid", fields=(FieldError("phone", "contact.address_needed"),))
    return Target(asked.phone, asked.email)


@app.command()
def find(of: As) -> None:
    """Find people by name, number or email, as the school's own pages show them: masked."""
    asked = _asked(_ask(_("Name, number or email")))

    async def work(deployment: Deployment, conn: AsyncConnection, actor: Actor) -> list[ListedContact]:
        found, _ = await search_people(
            conn, actor, unit_id=actor.unit_id, asked=asked, after=None, limit=50, master=deployment.master
        )
        return found

    found = _acting(of, work)
    if not found:
        say(_("No one on the present list fits."), err=True)
        return
    table = Table(*(heading.in_(terminal_language()) for heading in _HEADINGS), box=None)
    for each in found:
        table.add_row(
            str(each.id),
            each.role,
            each.name or "; ".join(f"{pupil.name} {pupil.class_name}" for pupil in each.pupils),
            "; ".join(address.address for address in each.addresses),
            ", ".join(sorted({reason for address in each.addresses for reason in address.suppressed})),
        )
    Console().print(table)


@app.command()
def suppress(
    of: As,
    reason: Annotated[Literal["opt_out", "wrong_person", "invalid"], typer.Option(help="Why; an opt-out ends advisories only.")],
) -> None:
    """Take a number or an email off now, on the list or not; what still waits for it is not sent."""
    target = _address(_ask(_("Number or email")))

    async def work(deployment: Deployment, conn: AsyncConnection, actor: Actor) -> list[str]:
        return await take_off(
            conn,
            actor,
            unit_id=actor.unit_id,
            target=target,
            reason=reason,
            master=deployment.master,
            now=deployment.now,
        )

    say(_("Taken off: {channels}"), channels=", ".join(_acting(of, work)))


@app.command("erase")
def erase_one(
    of: As,
    reason: Annotated[Literal["rights_request", "wrong_person", "mistake"], typer.Option(help="Why.")],
    may_return: Annotated[bool, typer.Option("--may-return", help="A later list may bring them back.")] = False,
) -> None:
    """Delete a person for good, by a number or an email of theirs. What was sent to them stays provable without them."""
    target = _address(_ask(_("Number or email")))
    typer.confirm(_("Delete this person for good?").in_(terminal_language()), abort=True)

    async def work(deployment: Deployment, conn: AsyncConnection, actor: Actor) -> Erased:
        actor.require("contacts:erase")
        contact = await with_address(
            conn, unit_id=actor.unit_id, phone=target.phone, email=target.email, master=deployment.master
        )
        return await erase(
            conn,
            actor,
            place=await locate_contact(conn, contact, ended_too=True),
            reason=reason,
            stay_off=not may_return,
            master=deployment.master,
            now=deployment.now,
        )

    gone = _acting(of, work)
    say(
        _("Deleted: contacts {contacts:n}, addresses {addresses:n}, pupils {pupils:n}, consents {consents:n}"),
        contacts=gone.contacts,
        addresses=gone.addresses,
        pupils=gone.pupils,
        consents=gone.consents,
    )
