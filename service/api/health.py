"""`/healthz`: this process answers. `/readyz`: what it needs answers too, and a worker was seen lately on each lane."""

import asyncio
import time
from collections.abc import Awaitable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.api.context import ApiContext, Context
from service.deliveries import missing_lanes

router = APIRouter(tags=["health"])

_PATIENCE = 3.0
_GOOD_FOR = 1.0  # seconds: anybody may ask, and however many do, the database and the queue are asked once


class Alive(BaseModel):
    """A process that answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Each part by itself: `ok`, or what is wrong in one word."""

    status: Literal["ready", "not_ready"]
    checks: dict[str, str]


@router.head("/healthz", include_in_schema=False)  # monitors ask so
@router.get("/healthz", operation_id="check_health")
async def healthz() -> Alive:
    """The process is up."""
    return Alive()


class ReadinessCheck:
    """The last answer, for a moment; those who ask meanwhile share the next. Made once per process."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context
        self._asking = asyncio.Lock()
        self._asked = float("-inf")
        self._checks: dict[str, str] = {}

    async def checks(self) -> dict[str, str]:
        """Each part's state, at most `_GOOD_FOR` seconds old."""
        async with self._asking:
            if time.monotonic() - self._asked >= _GOOD_FOR:
                parts = {
                    "database": _database(self._context),
                    "valkey": _valkey(self._context),
                    "workers": _workers(self._context),
                }
                results = await asyncio.gather(*(_outcome(check) for check in parts.values()))
                self._checks, self._asked = dict(zip(parts, results, strict=True)), time.monotonic()
            return self._checks


async def _check(request: Request, context: Context) -> ReadinessCheck:
    state = request.app.state
    if not hasattr(state, "readiness"):
        state.readiness = ReadinessCheck(context)
    made: ReadinessCheck = state.readiness
    return made


@router.head("/readyz", include_in_schema=False)
@router.get(
    "/readyz",
    operation_id="check_readiness",
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "Something is missing"}},
)
async def readyz(check: Annotated[ReadinessCheck, Depends(_check)]) -> JSONResponse:
    """Database, queue and workers. 503 when one of them is missing. The answer may be a second old."""
    checks = await check.checks()
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
        missing = await missing_lanes(conn, now=context.now())
    return "ok" if not missing else "missing: " + ", ".join(missing)
