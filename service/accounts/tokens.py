"""API keys: `loa_` and 43 characters, shown once. Stored as SHA-256: 256 random bits leave nothing to guess or slow down."""

import hashlib
import re
import secrets

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from service.accounts.permissions import narrowed
from service.actors import Actor
from service.errors import Unauthenticated

_SHAPE = re.compile(r"loa_[A-Za-z0-9_-]{43}")


def new_token(prefix: str = "loa_") -> str:
    """Makes a token nobody has had. The prefix tells what it opens."""
    return prefix + secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Hashes a token into what the database keeps of it."""
    return hashlib.sha256(token.encode()).digest()


async def authenticate(engine: AsyncEngine, token: str) -> Actor:
    """Finds who acts with this token. Raises `Unauthenticated("auth.missing")` for any token that opens nothing, without saying
    why.
    """
    if not _SHAPE.fullmatch(token):
        raise Unauthenticated("auth.missing")
    async with engine.connect() as conn:
        row = (await conn.execute(text("SELECT * FROM door_api_key(:hash)"), {"hash": token_hash(token)})).one_or_none()
    if row is None:
        raise Unauthenticated("auth.missing")
    permissions = narrowed(row.roles, row.scopes)
    return Actor(
        account_id=row.account_id,
        unit_id=row.unit_id,
        unit_code=row.unit_code,
        permissions=permissions,
        subtree="units:subtree" in permissions,
        api_key_id=row.api_key_id,
        language=row.language,
    )
