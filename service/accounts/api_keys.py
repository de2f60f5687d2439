"""API keys: what an account's programs act with. A key never may more than its account,
nor more than the key it was made with.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.accounts.permissions import SCOPES
from service.accounts.tokens import new_token, token_hash
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.errors import FieldError, Forbidden, Invalid, NotFound
from service.text_rules import one_line


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its account sees it. The token itself is shown once, when it is made."""

    public_id: UUID
    label: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


_COLUMNS = "public_id, label, scopes, created_at, expires_at, revoked_at"


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
    """Makes a key for an account's programs. Returns the token, which is shown this once and kept nowhere.

    `actor` makes it for themselves only, with no scope they do not have, and not to outlive the key they made it with. None: the
    deployment's owner, or whoever redeems an invitation. Raises `Invalid("request.invalid")`.
    """
    allowed = SCOPES if actor is None else actor.permissions
    if actor is not None and account_id != actor.account_id:
        raise AssertionError("a key is made for oneself")
    wanted = sorted(set(scopes))
    wrong = []
    if not wanted or not set(wanted) <= allowed:
        wrong.append(FieldError("scopes", "field.choice", {"allowed": ", ".join(sorted(allowed))}))
    if expires_at is not None and expires_at <= now:
        wrong.append(FieldError("expires_at", "field.past"))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    token = new_token()
    made = await conn.execute(
        text(
            "INSERT INTO api_keys (unit_id, account_id, label, key_hash, scopes, created_at, expires_at)"
            " SELECT :unit, :account, :label, :hash, :scopes, :now,"
            " least(CAST(:expires AS timestamptz), (SELECT expires_at FROM api_keys WHERE id = :with)) RETURNING id"
        ),
        {
            "unit": unit_id,
            "account": account_id,
            "label": one_line(label)[:100],
            "hash": token_hash(token),
            "scopes": wanted,
            "now": now,
            "expires": expires_at,
            "with": actor.api_key_id if actor else None,
        },
    )
    await note_event(
        conn,
        actor,
        Subject(unit_id, "api_key", made.scalar_one()),
        Action.API_KEY_CREATED,
        now,
        account=account_id,
        scopes=wanted,
    )
    return token


async def list_api_keys(conn: AsyncConnection, actor: Actor, *, account_id: int) -> list[ApiKey]:
    """Lists the account's keys, the newest first, also those that ended; of one's own those that may no more than the key one
    asks with.
    """
    rows = await conn.execute(
        text(
            f"SELECT {_COLUMNS} FROM api_keys"
            " WHERE account_id = :account AND (scopes <@ CAST(:scopes AS text[]) OR :all OR id = :own)"
            " ORDER BY id DESC LIMIT 500"
        ),
        {
            "account": account_id,
            "scopes": sorted(actor.permissions),
            "all": "accounts:write" in actor.permissions,
            "own": actor.api_key_id,
        },
    )
    return [ApiKey(**row) for row in rows.mappings()]


async def find_api_key(conn: AsyncConnection, token: str) -> ApiKey:
    """Finds the key with this token. It must be there."""
    found = await conn.execute(text(f"SELECT {_COLUMNS} FROM api_keys WHERE key_hash = :hash"), {"hash": token_hash(token)})
    return ApiKey(**found.mappings().one())


async def locate_api_key(conn: AsyncConnection, actor: Actor, public_id: UUID) -> tuple[int, int]:
    """Finds the key's and its unit's internal ids, if it is the actor's to end: their own, or with `accounts:write` anybody's in
    the tree.

    A key ends itself and such as may no more than it: a small one that was lost must not shut its owner out. Raises
    `NotFound("api_key.unknown")`, `Forbidden("auth.scope")`.
    """
    found = (
        await conn.execute(text("SELECT id, unit_id, account_id, scopes FROM api_keys WHERE public_id = :id"), {"id": public_id})
    ).one_or_none()
    if found is None or (found.account_id != actor.account_id and "accounts:write" not in actor.permissions):
        raise NotFound("api_key.unknown")
    own = found.id == actor.api_key_id or "accounts:write" in actor.permissions
    if not own and not set(found.scopes) <= actor.permissions:
        raise Forbidden("auth.scope")
    return found.id, found.unit_id


async def revoke_api_key(conn: AsyncConnection, actor: Actor, *, key_id: int, now: datetime) -> ApiKey:
    """Ends a key that `locate_api_key` found, and every key that was made with it, or with one of those: who found it may have
    made himself another. The transaction acts for the key's unit.
    """
    heirs = await conn.execute(
        text(
            "WITH RECURSIVE heirs AS (SELECT CAST(:id AS bigint) AS id UNION"
            "   SELECT CAST(e.subject_id AS bigint) FROM heirs h JOIN audit_events e ON e.api_key_id = h.id"
            "    WHERE e.action = :made AND e.subject_kind = 'api_key')"
            " UPDATE api_keys k SET revoked_at = :now FROM heirs WHERE k.id = heirs.id AND k.id <> :id AND k.revoked_at IS NULL"
            " RETURNING k.id, k.unit_id, k.account_id"
        ),
        {"now": now, "id": key_id, "made": Action.API_KEY_CREATED},
    )
    for heir in heirs.all():
        await _mark_revoked(conn, actor, heir.unit_id, heir.id, heir.account_id, now)
    ended = await conn.execute(
        text(
            "UPDATE api_keys SET revoked_at = coalesce(revoked_at, :now) WHERE id = :id"
            f" RETURNING unit_id, account_id, {_COLUMNS}"
        ),
        {"now": now, "id": key_id},
    )
    row = dict(ended.mappings().one())
    await _mark_revoked(conn, actor, row.pop("unit_id"), key_id, row.pop("account_id"), now)
    return ApiKey(**row)


async def _mark_revoked(conn: AsyncConnection, actor: Actor, unit_id: int, key_id: int, account_id: int, now: datetime) -> None:
    await note_event(conn, actor, Subject(unit_id, "api_key", key_id), Action.API_KEY_REVOKED, now, account=account_id)
