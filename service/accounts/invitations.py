"""Invitations: how a person comes into their own account. Whoever made it never learns the password and never holds the key.

256 random bits, kept as SHA-256, for 14 days, once. There is nothing to guess and so no attempt to count: a wrong token costs one
look-up by index; the slow hash of a password is computed only for a token that fits.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.accounts.api_keys import create_api_key
from service.accounts.passwords import hash_password, password_problem
from service.accounts.permissions import permissions_of
from service.accounts.tokens import new_token, token_hash
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.database import act_for
from service.errors import Conflict, Invalid, NotFound

STANDS = timedelta(days=14)
PREFIX = "moi_"  # "mời": to invite

_SHAPE = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Invitation:
    """Shown once, to whoever asked for it."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Who came in, and their first key, which is shown this once and kept nowhere."""

    account: UUID
    unit: str
    roles: list[str]
    scopes: list[str]
    api_key: str


async def invite(conn: AsyncConnection, actor: Actor | None, *, account_id: int, now: datetime) -> Invitation:
    """Makes a new invitation; the one before is void. The transaction acts for the account's unit. `actor` None: the
    deployment's owner.

    Raises `Forbidden("auth.scope")`, `Conflict("account.disabled")`.
    """
    if actor is not None:
        actor.require("accounts:write")
    made = Invitation(new_token(PREFIX), now + STANDS)
    written = await conn.execute(
        text(
            "INSERT INTO invitations (unit_id, account_id, token_hash, made_at, expires_at)"
            " SELECT unit_id, id, :hash, :now, :until FROM accounts WHERE id = :account AND disabled_at IS NULL"
            " ON CONFLICT (unit_id, account_id)"
            " DO UPDATE SET token_hash = excluded.token_hash, made_at = excluded.made_at, expires_at = excluded.expires_at"
            " RETURNING unit_id"
        ),
        {"account": account_id, "hash": token_hash(made.token), "now": now, "until": made.expires_at},
    )
    unit_id: int | None = written.scalar_one_or_none()
    if unit_id is None:
        raise Conflict("account.disabled")
    await note_event(conn, actor, Subject(unit_id, "account", account_id), Action.INVITATION_MADE, now)
    return made


async def redeem_invitation(conn: AsyncConnection, *, token: str, password: str, label: str, now: datetime) -> Redeemed:
    """Sets the person's own password and makes their first key, for all their roles allow but approving unattended.

    Earlier keys end: whoever comes in by an invitation begins anew, and a person whose account somebody else got into notices.
    The transaction acts for nobody; from here on for the account's unit.
    Raises `Invalid("request.invalid")`, `NotFound("invitation.unknown")` for any token that opens nothing, without saying why.
    """
    if short := password_problem(password):
        raise Invalid("request.invalid", fields=(short,))
    hashed = token_hash(token)
    found = None
    if _SHAPE.fullmatch(token):
        asked = {"hash": hashed, "now": now}
        found = (await conn.execute(text("SELECT * FROM door_invitation(:hash, :now)"), asked)).one_or_none()
    if found is None:
        raise NotFound("invitation.unknown")
    await act_for(conn, found.unit_id)
    password_hash = await hash_password(password)
    used = await conn.execute(text("DELETE FROM invitations WHERE token_hash = :hash"), {"hash": hashed})
    if used.rowcount == 0:  # somebody was quicker, with it or with another one
        raise NotFound("invitation.unknown")
    mine = {"account": found.account_id, "password": password_hash, "now": now}
    await conn.execute(text("UPDATE accounts SET password_hash = :password WHERE id = :account"), mine)
    await conn.execute(text("UPDATE api_keys SET revoked_at = :now WHERE account_id = :account AND revoked_at IS NULL"), mine)
    permissions = permissions_of(found.roles)
    person = Actor(found.account_id, found.unit_id, found.unit_code, permissions, language=found.language)
    await note_event(conn, person, Subject(found.unit_id, "account", found.account_id), Action.INVITATION_REDEEMED, now)
    key = await create_api_key(
        conn, account_id=found.account_id, unit_id=found.unit_id, label=label, scopes=permissions, now=now, actor=person
    )
    return Redeemed(found.account, found.unit_code, found.roles, sorted(permissions), key)
