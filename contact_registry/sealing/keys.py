"""Sealing: AES-256-GCM for every phone, email and name, and keyed hashes to match them by.

    LOA_MASTER_KEY ── wraps ──► data keys (one current per unit) ── seal ──► fields
                   └─ wraps ──► deployment keys (address index, look-up numbers, attempt tokens, signing keys)

The field's purpose is bound as associated data, so a sealed name cannot be passed off as a number. Formats:
sealed = nonce (12 bytes) + ciphertext + tag (16 bytes); hash = first 16 bytes of HMAC-SHA-256.
"""

import base64
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.errors import MasterKeyInvalid, Unsealable

_NONCE = 12


def _seal(cipher: AESGCM, plain: bytes, purpose: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, plain, purpose.encode())


def _unseal(cipher: AESGCM, sealed: bytes, purpose: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode())
    except (InvalidTag, ValueError):
        raise Unsealable(purpose) from None


class MasterKey:
    """The one key outside the database (`LOA_MASTER_KEY`: 32 bytes in base64)."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise MasterKeyInvalid
        self._cipher = AESGCM(key)

    @classmethod
    def parse(cls, written: str) -> "MasterKey":
        """Reads a master key from its base64 form. Raises `MasterKeyInvalid`."""
        try:
            return cls(base64.b64decode(written, validate=True))
        except ValueError:
            raise MasterKeyInvalid from None

    @staticmethod
    def generate() -> str:
        """Makes a new master key, written in base64."""
        return base64.b64encode(os.urandom(32)).decode()

    def wrap(self, secret: bytes, purpose: str) -> bytes:
        """Seals a key under the master key. `purpose` must be given again to unwrap it."""
        return _seal(self._cipher, secret, purpose)

    def unwrap(self, wrapped: bytes, purpose: str) -> bytes:
        """Unwraps a key that was wrapped for `purpose`. Raises `Unsealable` for another master key, another purpose or damage."""
        return _unseal(self._cipher, wrapped, purpose)


@dataclass(frozen=True, slots=True)
class DataKey:
    """A unit's key for its people. `seal` and `unseal` take the field's name ("sms", "email", "name", ...)."""

    id: int
    unit_id: int
    _cipher: AESGCM = field(repr=False)

    def seal(self, plain: str, purpose: str) -> bytes:
        return _seal(self._cipher, plain.encode(), purpose)

    def unseal(self, sealed: bytes, purpose: str) -> str:
        """Raises `Unsealable`."""
        return _unseal(self._cipher, bytes(sealed), purpose).decode()


def _purpose(unit_id: int) -> str:
    return f"data-key:{unit_id}"


async def current_data_key(conn: AsyncConnection, master: MasterKey, unit_id: int) -> DataKey:
    """Returns the unit's current data key, made if it has none. The transaction must act for that unit."""
    find = text("SELECT id, wrapped FROM data_keys WHERE unit_id = :unit AND retired_at IS NULL")
    row = (await conn.execute(find, {"unit": unit_id})).one_or_none()
    if row is None:
        wrapped = master.wrap(os.urandom(32), _purpose(unit_id))
        # Two first imports at once: the unique index lets one key win, both use it.
        await conn.execute(
            text("INSERT INTO data_keys (unit_id, wrapped) VALUES (:unit, :wrapped) ON CONFLICT DO NOTHING"),
            {"unit": unit_id, "wrapped": wrapped},
        )
        row = (await conn.execute(find, {"unit": unit_id})).one()
    return open_data_key(master, row.id, unit_id, row.wrapped)


async def current_data_keys(conn: AsyncConnection, master: MasterKey, unit_ids: Iterable[int]) -> dict[int, DataKey]:
    """Returns the current data keys of many units by unit, made for those that have none. Each is at or below the acting unit."""
    units = sorted(set(unit_ids))
    find = text("SELECT id, unit_id, wrapped FROM data_keys WHERE unit_id = ANY(:units) AND retired_at IS NULL")
    rows = (await conn.execute(find, {"units": units})).all()
    if without := sorted(set(units) - {row.unit_id for row in rows}):
        wraps = [master.wrap(os.urandom(32), _purpose(unit)) for unit in without]
        await conn.execute(text("SELECT door_first_data_keys(:units, :wraps)"), {"units": without, "wraps": wraps})
        rows = (await conn.execute(find, {"units": units})).all()
    return {
        row.unit_id: DataKey(row.id, row.unit_id, AESGCM(master.unwrap(bytes(row.wrapped), _purpose(row.unit_id))))
        for row in rows
    }


async def data_keys(conn: AsyncConnection, master: MasterKey, ids: Iterable[int]) -> dict[int, DataKey]:
    """Loads data keys by id, as far as the transaction's scope shows them."""
    rows = await conn.execute(text("SELECT id, unit_id, wrapped FROM data_keys WHERE id = ANY(:ids)"), {"ids": sorted(set(ids))})
    return {row.id: open_data_key(master, row.id, row.unit_id, row.wrapped) for row in rows}


def open_data_key(master: MasterKey, key_id: int, unit_id: int, wrapped: bytes) -> DataKey:
    """Opens a data key from its wrapped form, as the database or one of its doors gave it."""
    return DataKey(key_id, unit_id, AESGCM(master.unwrap(bytes(wrapped), _purpose(unit_id))))


async def retire_data_key(conn: AsyncConnection, master: MasterKey, unit_id: int, now: datetime) -> int | None:
    """Retires the unit's current data key and makes another; the retired one's id, None if there was none.
    It still opens what it sealed.
    """
    retired = await conn.execute(
        text("UPDATE data_keys SET retired_at = :now WHERE unit_id = :unit AND retired_at IS NULL RETURNING id"),
        {"unit": unit_id, "now": now},
    )
    retired_id: int | None = retired.scalar_one_or_none()
    if retired_id is not None:
        await current_data_key(conn, master, unit_id)
    return retired_id


async def delete_data_key(conn: AsyncConnection, unit_id: int, key_id: int) -> None:
    """Deletes a retired key: what it sealed can never be opened again. An `IntegrityError` if something still refers to it."""
    await conn.execute(
        text("DELETE FROM data_keys WHERE unit_id = :unit AND id = :id AND retired_at IS NOT NULL"),
        {"unit": unit_id, "id": key_id},
    )


async def rewrap_data_keys(conn: AsyncConnection, old: MasterKey, new: MasterKey) -> int:
    """Seals every data key under another master key; how many. For the owner's login, while nobody makes keys."""
    rows = (await conn.execute(text("SELECT id, unit_id, wrapped FROM data_keys ORDER BY id"))).all()
    anew = [
        {"id": row.id, "wrapped": new.wrap(old.unwrap(bytes(row.wrapped), _purpose(row.unit_id)), _purpose(row.unit_id))}
        for row in rows
    ]
    if anew:
        await conn.execute(text("UPDATE data_keys SET wrapped = :wrapped WHERE id = :id"), anew)
    return len(anew)


def address_hash(index_key: bytes, channel: str, address: str) -> bytes:
    """Hashes an address ("sms": E.164, "email": lower case) into the 16 bytes that stand for it in every table. Same key, same
    hash, all units.
    """
    return hmac.digest(index_key, f"{channel}:{address}".encode(), "sha256")[:16]
