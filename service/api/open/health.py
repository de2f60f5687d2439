"""`/healthz`: this process answers. `/readyz`: what it needs answers too, and a worker was seen lately on each lane.

What a person has to see to while parents are still served (no carrier is set up, the disk is nearly full) degrades: 200, and the
part says it. A balancer that took the look-up away from parents for that would do the greater harm.
"""

import asyncio
import time
from collections.abc import Awaitable, Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from service.api.edge.context import ApiContext, Context
from service.deliveries import missing_lanes
from service.disk import disk_at
from service.outbox import queue_state

router = APIRouter(tags=["health"])

_PATIENCE = 3.0
Status = Literal["ready", "degraded", "not_ready"]
_DEGRADING = frozenset({"carriers", "disk"})
_GOOD_FOR = 1.0  # seconds: anybody may ask, and however many do, the database and the queue are asked once


class Alive(BaseModel):
    """A process that answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Each part by itself: `ok`, or what is wrong in one word. `degraded`: it serves, and a person has to see to something."""

    status: Status
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
        """Returns each part's state, at most `_GOOD_FOR` seconds old."""
        async with self._asking:
            if time.monotonic() - self._asked >= _GOOD_FOR:
                parts = {
                    "database": database_state(self._context.engine),
                    "lookup": database_state(self._context.engine_lookup),
                    "valkey": _valkey(self._context),
                    "workers": _workers(self._context),
                    "carriers": _carriers(self._context),
                    "disk": _disk(self._context),
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
    """Both logins of the database, the queue and the workers: 503 when one of them is missing. The answer may be a second old.

    No carrier and a disk that is nearly full only degrade it.
    """
    checks = await check.checks()
    answer = Readiness(status=readiness(checks), checks=checks)
    return JSONResponse(answer.model_dump(), status_code=503 if answer.status == "not_ready" else 200)


def readiness(checks: Mapping[str, str]) -> Status:
    """Judges what the parts make together: `degraded` where nothing is wrong but what parents are served without."""
    wrong = {part for part, result in checks.items() if result != "ok"}
    if wrong - _DEGRADING:
        return "not_ready"
    return "degraded" if wrong else "ready"


async def _outcome(check: Awaitable[str]) -> str:
    try:
        return await asyncio.wait_for(check, _PATIENCE)
    except TimeoutError:
        return "slow"
    except (SQLAlchemyError, OSError):
        return "unreachable"


async def database_state(engine: AsyncEngine) -> str:
    """Returns `ok`, or `standby` for a server that only follows another. Raises what the driver does."""
    async with engine.connect() as conn:
        follows = (await conn.execute(text("SELECT pg_is_in_recovery()"))).scalar_one()
    return "standby" if follows else "ok"


async def _valkey(context: ApiContext) -> str:
    settings = context.settings
    return await queue_state(settings.need("valkey_url"), settings.valkey_ca_file, patience=_PATIENCE)


async def _workers(context: ApiContext) -> str:
    async with context.engine.connect() as conn:
        missing = await missing_lanes(conn, now=context.now())
    return "ok" if not missing else "missing: " + ", ".join(missing)


async def _carriers(context: ApiContext) -> str:
    return "ok" if any(context.settings.carriers.values()) else "none"


async def _disk(context: ApiContext) -> str:
    return "low" if disk_at(context.settings.home).low else "ok"
