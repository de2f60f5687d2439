"""`/healthz`: this process answers. `/readyz`: what it needs answers too, and a worker was seen lately on each lane."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.api.context import ApiContext, Context

router = APIRouter(tags=["health"])

_SEEN_LATELY = timedelta(seconds=15)
_PATIENCE = 3.0


class Alive(BaseModel):
    """A process that answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Each part by itself: `ok`, or what is wrong in one word."""

    status: Literal["ready", "not_ready"]
    checks: dict[str, str]


@router.get("/healthz")
async def healthz() -> Alive:
    """The process is up."""
    return Alive()


@router.get("/readyz", response_model=Readiness)
async def readyz(context: Context) -> JSONResponse:
    """Database, queue and workers. 503 when one of them is missing."""
    parts = {"database": _database(context), "valkey": _valkey(context), "workers": _workers(context)}
    results = await asyncio.gather(*(_outcome(check) for check in parts.values()))
    checks = dict(zip(parts, results, strict=True))
    ready = all(result == "ok" for result in checks.values())
    answer = Readiness(status="ready" if ready else "not_ready", checks=checks)
    return JSONResponse(answer.model_dump(), status_code=200 if ready else 503)


async def _outcome(check: Awaitable[str]) -> str:
    try:
        return await asyncio.wait_for(check, _PATIENCE)
    except TimeoutError:
        return "slow"
    except (SQLAlchemyError, RedisError, OSError):
        return "unreachable"


async def _database(context: ApiContext) -> str:
    async with context.engine.connect() as conn:
        await conn.execute(text("SELECT 1"))
    return "ok"


async def _valkey(context: ApiContext) -> str:
    async with Redis.from_url(context.settings.need("valkey_url")) as valkey:
        await valkey.ping()
    return "ok"


async def _workers(context: ApiContext) -> str:
    async with context.engine.connect() as conn:
        seen = {row.lane: row.seen_at for row in await conn.execute(text("SELECT * FROM door_workers_seen()"))}
    missing = [lane for lane in ("urgent", "bulk") if lane not in seen or context.now() - seen[lane] > _SEEN_LATELY]
    return "ok" if not missing else "missing: " + ", ".join(missing)
