"""Making and changing accounts. Emails and names are sealed under the unit's data key."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey, address_hash, current_data_key
from service.accounts.passwords import NO_PASSWORD, hash_password, password_problem
from service.accounts.permissions import PERMISSIONS
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.errors import Conflict, FieldError, Forbidden, Invalid
from service.text_rules import normal_email, one_line

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Change:
    """What changes about an account. None: stays as it is."""

    roles: tuple[str, ...] | None = None
    language: str | None = None
    disabled: bool | None = None


def wrong_fields(email: str | None, name: str) -> list[FieldError]:
    """Finds what keeps these from being a person, field by field, never with a value. `email` as `normal_email` read it."""
    wrong = []
    if email is None:
        wrong.append(FieldError("email", "email.invalid"))
    if not 1 <= len(name) <= LONGEST_NAME:
        wrong.append(FieldError("name", "field.too_long" if name else "field.too_short"))
    return wrong


def _wrong_roles(roles: Iterable[str]) -> list[FieldError]:
    held = set(roles)
    if held and held <= PERMISSIONS.keys():
        return []
    return [FieldError("roles", "field.choice", {"allowed": ", ".join(sorted(PERMISSIONS))})]


async def create_account(
    conn: AsyncConnection,
    *,
    master: MasterKey,
    index_key: bytes,
    unit_id: int,
    email: str,
    name: str,
    roles: Iterable[str],
    now: datetime,
    password: str | None = None,
    language: str = "vi",
    actor: Actor | None = None,
) -> int:
    """Creates an account for a named person at a unit; returns its id. The transaction acts for that unit. `actor` None: the
    deployment's owner.

    Without a password nobody signs in to it before an invitation is redeemed. Raises `Forbidden("auth.scope")`,
    `Invalid("request.invalid")`, `Conflict("account.email_taken")`.
    """
    if actor is not None:
        actor.require("accounts:write")
    held, name, normal = sorted(set(roles)), one_line(name), normal_email(email)
    wrong = wrong_fields(normal, name) + _wrong_roles(held)
    if password is not None and (short := password_problem(password)):
        wrong.append(short)
    if wrong or normal is None:
        raise Invalid("request.invalid", fields=tuple(wrong))
    key = await current_data_key(conn, master, unit_id)
    made = await conn.execute(
        text(
            "INSERT INTO accounts"
            " (unit_id, email_hash, email_sealed, name_sealed, data_key_id, password_hash, roles, language, created_at)"
            " VALUES (:unit, :hash, :email, :name, :key, :password, :roles, :language, :now)"
            " ON CONFLICT (email_hash) DO NOTHING RETURNING id"
        ),
        {
            "unit": unit_id,
            "hash": address_hash(index_key, "email", normal),
            "email": key.seal(normal, "email"),
            "name": key.seal(name, "name"),
            "key": key.id,
            "password": NO_PASSWORD if password is None else await hash_password(password),
            "roles": held,
            "language": language,
            "now": now,
        },
    )
    account_id: int | None = made.scalar_one_or_none()
    if account_id is None:
        raise Conflict("account.email_taken")
    await note_event(conn, actor, Subject(unit_id, "account", account_id), Action.ACCOUNT_CREATED, now, roles=held)
    return account_id


async def note_emails_told_taken(conn: AsyncConnection, actor: Actor, *, emails: int, now: datetime) -> None:
    """Keeps in the actor's unit's trail that they learned of so many emails that each has an account somewhere."""
    await note_event(
        conn, actor, Subject(actor.unit_id, "account", actor.account_id), Action.EMAILS_TOLD_TAKEN, now, emails=emails
    )


async def change_account(conn: AsyncConnection, actor: Actor, *, account_id: int, change: Change, now: datetime) -> None:
    """Gives or takes roles, a language, the account itself. Its keys may at once what its roles allow.
    The transaction acts for its unit.

    A disabled account's invitation is void. Raises `Forbidden("auth.scope" | "account.oneself")`, `Invalid("request.invalid")`.
    """
    actor.require("accounts:write")
    if account_id == actor.account_id:
        raise Forbidden("account.oneself")
    roles = None if change.roles is None else sorted(set(change.roles))
    if roles is not None and (wrong := _wrong_roles(roles)):
        raise Invalid("request.invalid", fields=tuple(wrong))
    changed = await conn.execute(
        text(
            "UPDATE accounts SET roles = coalesce(:roles, roles), language = coalesce(:language, language),"
            " disabled_at = CASE CAST(:disabled AS boolean) WHEN true THEN coalesce(disabled_at, :now) WHEN false THEN NULL"
            " ELSE disabled_at END WHERE id = :id RETURNING unit_id"
        ),
        {"roles": roles, "language": change.language, "disabled": change.disabled, "now": now, "id": account_id},
    )
    if change.disabled:
        await conn.execute(text("DELETE FROM invitations WHERE account_id = :id"), {"id": account_id})
    said = {"roles": roles, "language": change.language, "disabled": change.disabled}
    await note_event(
        conn,
        actor,
        Subject(changed.scalar_one(), "account", account_id),
        Action.ACCOUNT_CHANGED,
        now,
        **{name: value for name, value in said.items() if value is not None},
    )
