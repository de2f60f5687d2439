"""Many accounts from one list: checked row by row, then made all together or not at all, each with its invitation.

What stands already as the list says is left alone, so the same list can be sent again. What stands otherwise is a problem: a list
changes nobody. Only who was made now is invited.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.office_tables import PlainTable
from contact_registry.sealing import DataKey, MasterKey, current_data_keys, data_keys
from service.accounts.account_lists import AccountRow, ReadAccounts, people_of
from service.accounts.invitations import PREFIX, STANDS
from service.accounts.tokens import new_token, token_hash
from service.actors import Actor
from service.clock import LOCAL
from service.errors import Conflict, RowError, RowsRefused


@dataclass(frozen=True, slots=True)
class CheckedAccounts:
    """`rows` of the list, how many of them stand `unchanged`, who is to be made where, and what keeps them from being made."""

    rows: int
    unchanged: int
    new: tuple[AccountRow, ...] = field(repr=False)
    unit_ids: Mapping[str, int]
    problems: tuple[RowError, ...]

    @property
    def emails_taken(self) -> int:
        """Of how many emails it is told that they have an account elsewhere."""
        return emails_taken(self.problems)


@dataclass(frozen=True, slots=True)
class InvitedAccount:
    """Somebody who was made, and their invitation, shown once."""

    person: AccountRow = field(repr=False)
    public_id: UUID
    token: str = field(repr=False)
    expires_at: datetime


def emails_taken(problems: Sequence[RowError]) -> int:
    """Counts the rows that were refused because their email has an account elsewhere."""
    return sum(problem.code == "account.email_taken" for problem in problems)


async def check_accounts(
    conn: AsyncConnection, actor: Actor | None, table: PlainTable, *, master: MasterKey, index_key: bytes, now: datetime
) -> CheckedAccounts:
    """Says what making a list of people would do. The transaction acts for the top of the tree, subtree.

    `actor` None: the deployment's owner. Raises `Forbidden("auth.scope")`, `Invalid("request.invalid")` for a list without a
    column it needs.
    """
    if actor is not None:
        actor.require("accounts:write")
    read = await asyncio.to_thread(people_of, table, index_key)
    units = await _units(conn, {row.unit for row in read.rows}, now)
    standing = await _standing(conn, master, read)
    hashes = {"hashes": [row.email_hash for row in read.rows]}
    taken = {bytes(each) for each in (await conn.execute(text("SELECT door_emails_taken(:hashes)"), hashes)).scalars()}
    fresh = []
    unchanged = 0
    problems = list(read.problems)
    for row in read.rows:
        wrong = None
        if row.unit not in units:
            wrong = ("unit", "unit.unknown")
        elif row.email_hash in standing:
            same = standing[row.email_hash] == _as_listed(row, read)
            unchanged += same
            wrong = None if same else ("email", "bulk.account_differs")
        elif row.email_hash in taken:
            wrong = ("email", "account.email_taken")
        else:
            fresh.append(row)
        if wrong:
            problems.append(RowError(row.row, read.headings[wrong[0]], wrong[1]))
    problems.sort(key=lambda each: each.row)
    return CheckedAccounts(read.count, unchanged, tuple(fresh), units, tuple(problems))


async def create_accounts(
    conn: AsyncConnection, actor: Actor | None, checked: CheckedAccounts, *, master: MasterKey, now: datetime
) -> list[InvitedAccount]:
    """Makes whom `check_accounts` found to be new, in the same transaction.

    Raises `RowsRefused("bulk.rows")` if a row has a problem, `Conflict("account.email_taken")` if somebody was quicker.
    """
    if checked.problems:
        raise RowsRefused(rows=checked.rows, unchanged=checked.unchanged, problems=checked.problems)
    if not checked.new:
        return []
    keys = await current_data_keys(conn, master, {checked.unit_ids[row.unit] for row in checked.new})
    columns, tokens = await asyncio.to_thread(_columns, checked, keys)
    until = now + STANDS
    made = await conn.execute(
        text(
            "SELECT * FROM door_invite_accounts(:units, :hashes, :emails, :names, :keys, :roles, :languages, :tokens,"
            " :until, :account, :key, :now)"
        ),
        {
            **columns,
            "until": until,
            "account": actor.account_id if actor else None,
            "key": actor.api_key_id if actor else None,
            "now": now,
        },
    )
    ids: dict[bytes, UUID] = {bytes(row.email_hash): row.account for row in made}
    if len(ids) < len(checked.new):
        raise Conflict("account.email_taken")
    return [InvitedAccount(row, ids[row.email_hash], token, until) for row, token in zip(checked.new, tokens, strict=True)]


def _columns(checked: CheckedAccounts, keys: Mapping[int, DataKey]) -> tuple[dict[str, list[object]], list[str]]:
    """What the door takes, column by column, and the tokens. Sealed here, off the event loop."""
    of = [keys[checked.unit_ids[row.unit]] for row in checked.new]
    tokens = [new_token(PREFIX) for _ in checked.new]
    pairs = list(zip(checked.new, of, strict=True))
    return {
        "units": [key.unit_id for key in of],
        "hashes": [row.email_hash for row in checked.new],
        "emails": [key.seal(row.email, "email") for row, key in pairs],
        "names": [key.seal(row.name, "name") for row, key in pairs],
        "keys": [key.id for key in of],
        "roles": [" ".join(row.roles) for row in checked.new],
        "languages": [row.language for row in checked.new],
        "tokens": [token_hash(token) for token in tokens],
    }, tokens


_Person = tuple[str, str, tuple[str, ...], str, bool]


def _as_listed(row: AccountRow, read: ReadAccounts) -> _Person:
    return row.unit, row.name, row.roles, row.language if "language" in read.headings else "", False


async def _units(conn: AsyncConnection, codes: set[str], now: datetime) -> dict[str, int]:
    """Those of the codes whose units stand today at or below the acting one."""
    rows = await conn.execute(
        text(
            "SELECT u.code, u.id FROM unit_closure c JOIN units u ON u.id = c.descendant_id"
            " JOIN unit_versions v ON v.unit_id = u.id"
            " WHERE c.ancestor_id = loa_unit() AND u.code = ANY(:codes)"
            " AND v.valid_from <= :today AND (v.valid_to IS NULL OR v.valid_to > :today)"
        ),
        {"codes": list(codes), "today": now.astimezone(LOCAL).date()},
    )
    return {row.code: row.id for row in rows}


async def _standing(conn: AsyncConnection, master: MasterKey, read: ReadAccounts) -> dict[bytes, _Person]:
    """Accounts of these emails at or below the acting unit, as `_as_listed` has a row."""
    found = (
        await conn.execute(
            text(
                "SELECT a.email_hash, door_unit_code(a.unit_id) AS unit, a.name_sealed, a.data_key_id, a.roles, a.language,"
                " a.disabled_at IS NOT NULL AS disabled FROM accounts a"
                " JOIN unit_closure c ON c.descendant_id = a.unit_id AND c.ancestor_id = loa_unit()"
                " WHERE a.email_hash = ANY(:hashes)"
            ),
            {"hashes": [row.email_hash for row in read.rows]},
        )
    ).all()
    keys = await data_keys(conn, master, {row.data_key_id for row in found})
    said = "language" in read.headings
    return {
        bytes(row.email_hash): (
            row.unit,
            keys[row.data_key_id].unseal(row.name_sealed, "name"),
            tuple(sorted(row.roles)),
            row.language if said else "",
            row.disabled,
        )
        for row in found
    }
