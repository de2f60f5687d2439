"""Accounts as whoever answers for a tree sees them: names in full, emails masked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.addresses import masked
from contact_registry.sealing import MasterKey, data_keys
from service.accounts.passwords import NO_PASSWORD
from service.actors import Actor
from service.errors import NotFound


@dataclass(frozen=True, slots=True)
class AccountState:
    """What may be said of an account without naming its person. `state`: invited (has no password yet), active, disabled."""

    public_id: UUID
    unit: str
    roles: list[str]
    language: str
    state: str
    created_at: datetime
    invitation_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in a list, with its person: the name in full, the email in part."""

    account: AccountState
    name: str
    email: str


_SELECT = (
    "SELECT a.id, a.unit_id, a.public_id, door_unit_code(a.unit_id) AS unit, a.roles, a.language, a.created_at, i.expires_at,"
    " CASE WHEN a.disabled_at IS NOT NULL THEN 'disabled' WHEN a.password_hash = :none THEN 'invited' ELSE 'active' END AS state,"
    " a.name_sealed, a.email_sealed, a.data_key_id FROM accounts a LEFT JOIN invitations i ON i.account_id = a.id"
)


def _state(row: RowMapping) -> AccountState:
    return AccountState(
        row["public_id"], row["unit"], row["roles"], row["language"], row["state"], row["created_at"], row["expires_at"]
    )


async def locate_account(conn: AsyncConnection, public_id: UUID) -> tuple[int, int]:
    """Finds the account's and its unit's internal ids, as far as the transaction's scope shows it. Raises
    `NotFound("account.unknown")`.
    """
    found = await conn.execute(text("SELECT id, unit_id FROM accounts WHERE public_id = :id"), {"id": public_id})
    row = found.one_or_none()
    if row is None:
        raise NotFound("account.unknown")
    return row.id, row.unit_id


async def account_state(conn: AsyncConnection, account_id: int) -> AccountState:
    """Loads the account with this internal id. It must be there."""
    found = await conn.execute(text(f"{_SELECT} WHERE a.id = :id"), {"id": account_id, "none": NO_PASSWORD})
    return _state(found.mappings().one())


async def list_accounts(
    conn: AsyncConnection,
    actor: Actor,
    *,
    master: MasterKey,
    unit_id: int | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> list[AccountLine]:
    """Lists accounts in the order of their ids, beginning behind `after`: the unit's, else all that the transaction's scope
    shows.

    Raises `Forbidden("auth.scope")`.
    """
    actor.require("accounts:read")
    rows = (
        await conn.execute(
            text(
                f"{_SELECT} WHERE (CAST(:unit AS integer) IS NULL OR a.unit_id = :unit)"
                " AND (CAST(:after AS uuid) IS NULL OR a.public_id > :after) ORDER BY a.public_id LIMIT :limit"
            ),
            {"unit": unit_id, "after": after, "limit": limit, "none": NO_PASSWORD},
        )
    ).mappings()
    found = rows.all()
    keys = await data_keys(conn, master, {row["data_key_id"] for row in found})
    return [
        AccountLine(
            _state(row),
            keys[row["data_key_id"]].unseal(row["name_sealed"], "name"),
            masked("email", keys[row["data_key_id"]].unseal(row["email_sealed"], "email")),
        )
        for row in found
    ]


async def own_email(conn: AsyncConnection, actor: Actor, *, master: MasterKey) -> str | None:
    """Opens the actor's own address; None where the transaction acts for another unit than the account's."""
    found = await conn.execute(text("SELECT data_key_id, email_sealed FROM accounts WHERE id = :id"), {"id": actor.account_id})
    row = found.one_or_none()
    if row is None:
        return None
    keys = await data_keys(conn, master, {row.data_key_id})
    return keys[row.data_key_id].unseal(row.email_sealed, "email")
