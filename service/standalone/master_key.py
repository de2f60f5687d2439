"""The home's master key, changed: the next one is on the disk before the database is under it, and the old one until it is.

    secrets.json: old + next ──► the database's keys sealed anew, one transaction ──► secrets.json: next alone

Wherever that breaks off, `settled` finds out which of the two the database is under.
"""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine

from contact_registry.sealing import MasterKey
from service.rotation import opens, rewrap
from service.standalone.home import Home
from service.standalone.secrets import Secrets, keep, load_or_make


async def settled(engine: AsyncEngine, home: Home) -> Secrets:
    """Returns the home's secrets, with the master key that opens its database. `engine`: the owner's."""
    secrets = load_or_make(home)
    if secrets.next_master_key is None:
        return secrets
    async with engine.begin() as conn:
        done = await opens(conn, MasterKey.parse(secrets.next_master_key))
    secrets = replace(secrets, master_key=secrets.next_master_key if done else secrets.master_key, next_master_key=None)
    keep(home, secrets)
    return secrets


async def change_master_key(engine: AsyncEngine, home: Home, new: str) -> int:
    """Puts the home under another master key; how many keys were sealed anew. Raises what `rewrap` raises."""
    secrets = replace(await settled(engine, home), next_master_key=new)
    keep(home, secrets)
    async with engine.begin() as conn:
        made = await rewrap(conn, MasterKey.parse(secrets.master_key), MasterKey.parse(new))
    await settled(engine, home)
    return made
