"""`Idempotency-Key`: the same request sent twice has one effect and one answer.

The key is written in the use case's own transaction: a second request with it waits for the first to end, then gets its answer,
or, if the first failed and left nothing, does the work. A key used for another request is refused.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import orjson
from fastapi import Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey
from service.actors import Actor
from service.errors import Conflict, Invalid
from service.keyring import deployment_key

IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", description="Repeat a request safely: same key, same answer, one effect")
]


def request_hash(operation: str, *parts: Any) -> bytes:
    """Hashes what a key is bound to: the operation and everything that was asked. `once` keeps it keyed."""
    digest = hashlib.sha256(operation.encode())
    for part in parts:
        raw = part if isinstance(part, bytes) else _bytes(part)
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.digest()


def _bytes(part: Any) -> bytes:
    if isinstance(part, BaseModel):
        # What was sent, without what was left out: `{"send_at": null}` takes a time away, `{}` leaves it.
        return part.model_dump_json(exclude_unset=True).encode()
    return orjson.dumps(part, default=str)


async def once(
    conn: AsyncConnection,
    master: MasterKey,
    actor: Actor,
    unit_id: int,
    key: str | None,
    asked: bytes,
    act: Callable[[], Awaitable[tuple[int, BaseModel]]],
    *,
    shown_once: frozenset[str] = frozenset(),
) -> JSONResponse:
    """Runs `act` unless this key has its answer already. The transaction acts for `unit_id`.

    Fields of the answer that are `shown_once` (a token, a key) are not kept: a repeat finds null there.
    Raises `Invalid("request.idempotency_key")`, `Conflict("request.idempotency_reused")`.
    """
    headers = {"Cache-Control": "no-store"} if shown_once else None
    if key is None:
        status, answer = await act()
        return JSONResponse(answer.model_dump(mode="json"), status_code=status, headers=headers)
    if not (1 <= len(key) <= 200 and key.isprintable()):
        raise Invalid("request.idempotency_key")
    # A plain digest of a phone number gives the number away to whoever tries them all.
    index_key = await deployment_key(conn, master, "address_index")
    asked = hmac.digest(index_key, asked, "sha256")
    # Programs name their requests as they like, after the number it is about, too.
    named = hmac.digest(index_key, f"idempotency-key:{key}".encode(), "sha256").hex()
    mine = {"unit": unit_id, "account": actor.account_id, "key": named}
    first = await conn.execute(
        text(
            "INSERT INTO idempotency_keys (unit_id, account_id, key, request_hash) VALUES (:unit, :account, :key, :asked)"
            " ON CONFLICT DO NOTHING"
        ),
        mine | {"asked": asked},
    )
    if first.rowcount == 0:
        where = "WHERE unit_id = :unit AND account_id = :account AND key = :key"
        row = (await conn.execute(text(f"SELECT request_hash, status, response FROM idempotency_keys {where}"), mine)).one()
        if bytes(row.request_hash) != asked or row.status is None:
            raise Conflict("request.idempotency_reused")
        return JSONResponse(row.response, status_code=row.status, headers={"Idempotency-Replayed": "true"})
    status, answer = await act()
    body = answer.model_dump(mode="json")
    await conn.execute(
        text(
            "UPDATE idempotency_keys SET status = :status, response = CAST(:response AS jsonb)"
            " WHERE unit_id = :unit AND account_id = :account AND key = :key"
        ),
        mine | {"status": status, "response": orjson.dumps(body | dict.fromkeys(shown_once)).decode()},
    )
    return JSONResponse(body, status_code=status, headers=headers)
