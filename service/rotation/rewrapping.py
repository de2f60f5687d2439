"""Another master key: every key in the database is sealed under it, in one transaction; the keys themselves stay as they are.

Before the commit the old master key opens everything, after it the new one does: at no moment neither.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.errors import Unsealable
from contact_registry.sealing import MasterKey, rewrap_data_keys
from service.database.roles import LOOKUP, WEB, WORKER
from service.errors import Conflict
from service.keyring import deployment_key, rewrap_deployment_keys, rewrap_signing_keys


async def opens(conn: AsyncConnection, master: MasterKey) -> bool:
    """Tells whether `master` is the master key the database is under."""
    try:
        await deployment_key(conn, master, "lookup_number")
    except Unsealable:
        return False
    return True


async def rewrap(conn: AsyncConnection, old: MasterKey, new: MasterKey) -> int:
    """Seals all keys under the new master key in the caller's transaction; how many, 0 if they are under it already.

    For the owner's login. Raises `Conflict("keys.processes_running")`: a process that runs holds the old master key;
    `Conflict("keys.master_key_does_not_open")`.
    """
    if await opens(conn, new):
        return 0
    if not await opens(conn, old):
        raise Conflict("keys.master_key_does_not_open")
    running = await conn.execute(
        text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = ANY (:logins)"),
        {"logins": [WEB, WORKER, LOOKUP]},
    )
    if connections := running.scalar_one():
        raise Conflict("keys.processes_running", connections=connections)
    await conn.execute(text("LOCK TABLE data_keys, deployment_keys, signing_keys IN ACCESS EXCLUSIVE MODE"))
    made = [await seal(conn, old, new) for seal in (rewrap_data_keys, rewrap_deployment_keys, rewrap_signing_keys)]
    return sum(made)
