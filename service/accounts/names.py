"""What an account's person is called, for what is printed under their name."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry import MasterKey, data_keys


async def account_name(conn: AsyncConnection, master: MasterKey, account_id: int) -> str:
    """The name of an account of the acting unit."""
    row = (await conn.execute(text("SELECT name_sealed, data_key_id FROM accounts WHERE id = :id"), {"id": account_id})).one()
    return (await data_keys(conn, master, [row.data_key_id]))[row.data_key_id].unseal(row.name_sealed, "name")
