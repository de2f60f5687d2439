"""Making accounts and API keys. Passwords are kept as argon2id, emails and names sealed under the unit's data key."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from argon2 import PasswordHasher
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry import MasterKey, address_hash, current_data_key
from service.accounts.permissions import PERMISSIONS, SCOPES
from service.accounts.tokens import new_token, token_hash
from service.actors import Actor
from service.audit import Action, record_event
from service.errors import Conflict, FieldError, Invalid

_SHORTEST_PASSWORD = 12


def _checked(email: str, name: str, password: str, roles: list[str]) -> str:
    """The email in the one form it is matched by. Raises `Invalid`, naming every field at once, never its value."""
    wrong = []
    normal = ""
    try:
        normal = validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        wrong.append(FieldError("email", "field.invalid"))
    if not 1 <= len(name.strip()) <= 200:
        wrong.append(FieldError("name", "field.too_long" if name.strip() else "field.too_short"))
    if len(password) < _SHORTEST_PASSWORD:
        wrong.append(FieldError("password", "field.too_short", {"least": _SHORTEST_PASSWORD}))
    if not roles or not set(roles) <= PERMISSIONS.keys():
        wrong.append(FieldError("roles", "field.choice", {"allowed": ", ".join(sorted(PERMISSIONS))}))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    return normal


async def create_account(
    conn: AsyncConnection,
    *,
    master: MasterKey,
    index_key: bytes,
    unit_id: int,
    email: str,
    name: str,
    password: str,
    roles: Iterable[str],
    now: datetime,
    language: str = "vi",
    actor: Actor | None = None,
) -> int:
    """A named person at a unit; the account's id. The transaction acts for that unit. `actor` None: the deployment's owner.

    Raises `Forbidden("auth.scope")`, `Invalid("request.invalid")`, `Conflict("account.email_taken")`.
    """
    if actor is not None:
        actor.require("accounts:write")
    held = sorted(set(roles))
    normal = _checked(email, name, password, held)
    key = await current_data_key(conn, master, unit_id)
    hashed = await asyncio.to_thread(PasswordHasher().hash, password)  # 50 ms on purpose: not on the event loop
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
            "name": key.seal(name.strip(), "name"),
            "key": key.id,
            "password": hashed,
            "roles": held,
            "language": language,
            "now": now,
        },
    )
    account_id: int | None = made.scalar_one_or_none()
    if account_id is None:
        raise Conflict("account.email_taken")
    await record_event(
        conn,
        actor=actor,
        unit_id=unit_id,
        action=Action.ACCOUNT_CREATED,
        subject_kind="account",
        subject_id=account_id,
        details={"roles": held},
        now=now,
    )
    return account_id


async def create_api_key(
    conn: AsyncConnection,
    *,
    account_id: int,
    unit_id: int,
    label: str,
    scopes: Iterable[str],
    now: datetime,
    expires_at: datetime | None = None,
    actor: Actor | None = None,
) -> str:
    """A key for an account's programs. Returns the token, which is shown this once and kept nowhere.

    Scopes narrow what the account may do. Raises `Forbidden("auth.scope")`, `Invalid("request.invalid")`.
    """
    if actor is not None:
        actor.require("accounts:write")
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= SCOPES:
        raise Invalid("request.invalid", fields=(FieldError("scopes", "field.choice", {"allowed": ", ".join(sorted(SCOPES))}),))
    token = new_token()
    made = await conn.execute(
        text(
            "INSERT INTO api_keys (unit_id, account_id, label, key_hash, scopes, created_at, expires_at)"
            " VALUES (:unit, :account, :label, :hash, :scopes, :now, :expires) RETURNING id"
        ),
        {
            "unit": unit_id,
            "account": account_id,
            "label": label.strip()[:100],
            "hash": token_hash(token),
            "scopes": wanted,
            "now": now,
            "expires": expires_at,
        },
    )
    await record_event(
        conn,
        actor=actor,
        unit_id=unit_id,
        action=Action.API_KEY_CREATED,
        subject_kind="api_key",
        subject_id=made.scalar_one(),
        details={"account": account_id, "scopes": wanted},
        now=now,
    )
    return token
