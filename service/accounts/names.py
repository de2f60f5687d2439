"""What an account's person is called, for what is printed under their name."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey, data_keys


async def account_name(conn: AsyncConnection, master: MasterKey, account_id: int) -> str:
    """Opens the name of an account of the acting unit."""
    row = (await conn.execute(text("SELECT name_sealed, data_key_id FROM accounts WHERE id = :id"), {"id": account_id})).one()
    return (await data_keys(conn, master, [row.data_key_id]))[row.data_key_id].unseal(row.name_sealed, "name")


async def account_names(conn: AsyncConnection, master: MasterKey, accounts: Iterable[int]) -> dict[int, str]:
    """Opens the names of these accounts, by id, whatever their unit. For the owner's login, which no unit holds back."""
    found = await conn.execute(
        text("SELECT id, name_sealed, data_key_id FROM accounts WHERE id = ANY (:ids)"), {"ids": sorted(set(accounts))}
    )
    rows = found.all()
    keys = await data_keys(conn, master, {row.data_key_id for row in rows})
    return {row.id: keys[row.data_key_id].unseal(row.name_sealed, "name") for row in rows}
