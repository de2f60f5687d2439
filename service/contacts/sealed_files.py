"""An uploaded list: sealed under the unit's key, kept until it is applied, so that it can be read again with other meanings.

Whatever becomes of the import, a file is gone after 24 hours:
`door_unread_imports`, which the sweeper asks every second, sees to it.
"""

import asyncio
import base64
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import DataKey, MasterKey, data_keys

_PURPOSE = "import-file"


async def store_file(conn: AsyncConnection, import_id: int, data: bytes, key: DataKey, *, now: datetime) -> None:
    """Keeps the file for its import, sealed."""
    # The data key seals text; a file is at most 10 MB and stays for seconds, so a third more is nothing.
    sealed = await asyncio.to_thread(lambda: key.seal(base64.b64encode(data).decode(), _PURPOSE))
    await conn.execute(
        text(
            "INSERT INTO import_files (import_id, unit_id, data_key_id, sealed, created_at)"
            " VALUES (:import, :unit, :key, :sealed, :now)"
        ),
        {
            "import": import_id,
            "unit": key.unit_id,
            "key": key.id,
            "sealed": sealed,
            "now": now,
        },
    )


async def open_file(conn: AsyncConnection, import_id: int, master: MasterKey) -> bytes | None:
    """Opens the stored file; None if it is gone."""
    row = (
        await conn.execute(text("SELECT data_key_id, sealed FROM import_files WHERE import_id = :import"), {"import": import_id})
    ).one_or_none()
    if row is None:
        return None
    key = (await data_keys(conn, master, [row.data_key_id]))[row.data_key_id]
    return await asyncio.to_thread(lambda: base64.b64decode(key.unseal(row.sealed, _PURPOSE)))


async def has_file(conn: AsyncConnection, import_id: int) -> bool:
    """Tells whether the file is still there."""
    found = await conn.execute(text("SELECT 1 FROM import_files WHERE import_id = :import"), {"import": import_id})
    return found.first() is not None


async def delete_file(conn: AsyncConnection, import_id: int) -> None:
    """Deletes it for good."""
    await conn.execute(text("DELETE FROM import_files WHERE import_id = :import"), {"import": import_id})
