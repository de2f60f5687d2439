"""Passwords: a person's own and nobody else's, kept as argon2id."""

import asyncio
import unicodedata

from argon2 import PasswordHasher

from service.errors import FieldError

SHORTEST = 12

NO_PASSWORD = "!"  # noqa: S105 - no hash: no password fits it
"""What stands for the password of somebody who has not come yet."""


def password_problem(password: str) -> FieldError | None:
    """Says why this can be nobody's password; None: it can."""
    return FieldError("password", "account.password_short", {"least": SHORTEST}) if len(password) < SHORTEST else None


async def hash_password(password: str) -> str:
    """Hashes a password with argon2id. One keyboard composes "ậ", another types it in three: both are the same password."""
    composed = unicodedata.normalize("NFC", password)
    return await asyncio.to_thread(PasswordHasher().hash, composed)  # 50 ms on purpose: not on the event loop
