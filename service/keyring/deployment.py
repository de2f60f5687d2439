"""The deployment's own keys, each sealed by the master key: made once, read through a door.

`lookup_number` never rotates: every message already sent carries a number made with it. It hides order and volume, nothing
else. `address_index` matches addresses without showing them: every suppression, consent and forgotten delivery is kept by its
hash only, so another key would forget who said no. `attempt_token` makes the tokens in callback URLs, `unsubscribe_token` those
in the `List-Unsubscribe` header of emails: with another key a parent's old email would not do it any more.
"""

import os

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.keyring.wrapping import Wrapping

PURPOSES = ("lookup_number", "address_index", "attempt_token", "unsubscribe_token")
_LONG = frozenset({"attempt_token", "unsubscribe_token"})  # of 64 bytes, for AES-SIV


async def make_deployment_keys(conn: AsyncConnection, master: Wrapping) -> None:
    """Makes the keys that do not exist yet. For the owner's login; safe to run twice."""
    for purpose in PURPOSES:
        await conn.execute(
            text("INSERT INTO deployment_keys (purpose, wrapped) VALUES (:purpose, :wrapped) ON CONFLICT DO NOTHING"),
            {"purpose": purpose, "wrapped": master.wrap(os.urandom(64 if purpose in _LONG else 32), purpose)},
        )


async def deployment_key(conn: AsyncConnection, master: Wrapping, purpose: str) -> bytes:
    """Opens a deployment key (32 bytes; those for tokens 64, for AES-SIV), for the web's and the workers' logins."""
    return await _through(conn, master, purpose, "door_deployment_key(:purpose)")


async def lookup_number_key(conn: AsyncConnection, master: Wrapping) -> bytes:
    """Opens the one key the look-up login may have."""
    return await _through(conn, master, "lookup_number", "door_lookup_number_key()")


async def _through(conn: AsyncConnection, master: Wrapping, purpose: str, door: str) -> bytes:
    wrapped = (await conn.execute(text(f"SELECT {door}"), {"purpose": purpose} if ":" in door else {})).scalar_one()
    if wrapped is None:
        raise LookupError(f"the deployment has no {purpose} key yet: run `loa migrate`")
    return master.unwrap(bytes(wrapped), purpose)


async def rewrap_deployment_keys(conn: AsyncConnection, old: Wrapping, new: Wrapping) -> int:
    """Seals every deployment key under another master key, the keys as they are; how many. For the owner's login."""
    rows = (await conn.execute(text("SELECT purpose, wrapped FROM deployment_keys"))).all()
    anew = [{"purpose": r.purpose, "wrapped": new.wrap(old.unwrap(bytes(r.wrapped), r.purpose), r.purpose)} for r in rows]
    if anew:
        await conn.execute(text("UPDATE deployment_keys SET wrapped = :wrapped WHERE purpose = :purpose"), anew)
    return len(anew)
