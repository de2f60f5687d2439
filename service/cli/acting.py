"""Who a command acts as: an account, named by its email. What that person may not do, the command may not do for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import typer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import address_hash
from service.accounts import permissions_of
from service.actors import Actor
from service.cli.deployment import Deployment
from service.errors import Conflict, NotFound
from service.keyring import deployment_key
from service.languages import gettext_lazy as _
from service.standalone.words import terminal_language
from service.text_rules import normal_email
from service.units import Unit, find_unit

_EMAIL = _("Email:")


async def acting_as(conn: AsyncConnection, deployment: Deployment, email: str) -> Actor:
    """Finds the account with this email, by its keyed hash, and acts in its name.

    Raises `NotFound("account.unknown")` and, for one that may act no more, `Conflict("account.may_not_act")`.
    """
    index_key = await deployment_key(conn, deployment.master, "address_index")
    found = await conn.execute(
        text(
            "SELECT a.id, a.unit_id, u.code, a.roles, a.language, a.disabled_at FROM accounts a JOIN units u ON u.id = a.unit_id"
            " WHERE a.email_hash = :hash"
        ),
        {"hash": address_hash(index_key, "email", normal_email(email) or "")},
    )
    account = found.one_or_none()
    if account is None:
        raise NotFound("account.unknown")
    if account.disabled_at is not None:
        raise Conflict("account.may_not_act")
    permissions = permissions_of(account.roles)
    return Actor(
        account_id=account.id,
        unit_id=account.unit_id,
        unit_code=account.code,
        permissions=permissions,
        subtree="units:subtree" in permissions,
        language=account.language,
    )


@dataclass(frozen=True, slots=True)
class Named:
    """An account that a command is about."""

    id: int
    unit_id: int
    roles: Sequence[str]


def email_unless(account: int | None) -> str:
    """Asks for the email (arguments stand in the shell's history); returns nothing where the account was named by its id."""
    if account is not None:
        return ""
    typer.echo(
        _EMAIL.in_(terminal_language()) + " ", nl=False, err=True
    )  # on standard output stands what was made, and nothing else
    return str(typer.prompt("", prompt_suffix=""))


async def account_named(conn: AsyncConnection, deployment: Deployment, account: int | None, email: str) -> Named:
    """Finds the account with this id, or with this email. Raises `NotFound("account.unknown")`."""
    index_key = await deployment_key(conn, deployment.master, "address_index")
    found = await conn.execute(
        text("SELECT id, unit_id, roles FROM accounts WHERE id = :id OR email_hash = :hash"),
        {"id": account, "hash": address_hash(index_key, "email", normal_email(email) or "")},
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("account.unknown")
    return Named(row.id, row.unit_id, row.roles)


async def unit_of(conn: AsyncConnection, deployment: Deployment, actor: Actor, code: str) -> Unit:
    """Finds the unit with this code, if it is the actor's or stands below it. The owner's login sees every unit, so it is asked
    for here.

    Raises `NotFound("unit.unknown")`.
    """
    unit = await find_unit(conn, code, deployment.today)
    await require_tree(conn, actor, unit.id)
    return unit


async def require_tree(conn: AsyncConnection, actor: Actor, unit_id: int, *, refused: str = "unit.unknown") -> None:
    """Returns nothing, or raises `NotFound(refused)` for what belongs to a unit the actor may not act for."""
    within = text("SELECT 1 FROM unit_closure WHERE ancestor_id = :own AND descendant_id = :unit AND (:subtree OR depth = 0)")
    asked = {"own": actor.unit_id, "unit": unit_id, "subtree": actor.subtree}
    if (await conn.execute(within, asked)).first() is None:
        raise NotFound(refused)
