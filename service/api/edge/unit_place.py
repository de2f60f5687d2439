"""The unit a call names, in its path, its query or its body: found in the caller's tree, then acted on for itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.api.edge.context import ApiContext, Context
from service.api.edge.idempotency import IdempotencyKey, once, request_hash
from service.database import act_for, unit_transaction
from service.errors import NotFound
from service.languages import preferred_language
from service.readiness import is_named
from service.units import Unit, find_unit

UnitCode = Annotated[str, Path(max_length=40, description="the unit's code")]


@asynccontextmanager
async def at_unit(context: ApiContext, actor: Actor, code: str) -> AsyncIterator[tuple[AsyncConnection, Unit]]:
    """Opens a transaction acting for the unit with this code, if that is the actor's or stands below it.

    Raises `NotFound("unit.unknown")`.
    """
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:
        unit = await find_unit(conn, code, context.today())
        await act_for(conn, unit.id)
        yield conn, unit


async def change_unit(
    context: ApiContext,
    actor: Actor,
    code: str,
    key: str | None,
    asked: bytes,
    use_case: Callable[[AsyncConnection, Unit], Awaitable[tuple[int, BaseModel]]],
) -> JSONResponse:
    """Runs the use case for the unit, once for the key. `asked`: the `request_hash`."""
    async with at_unit(context, actor, code) as (conn, unit):
        return await once(conn, context.master, actor, unit.id, key, asked, lambda: use_case(conn, unit))


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """The unit a path names: what every call on what belongs to one takes, gathered once."""

    context: ApiContext
    code: str
    language: str
    key: str | None = None

    @asynccontextmanager
    async def open(self, actor: Actor, *, to_named: bool = False) -> AsyncIterator[tuple[AsyncConnection, Unit]]:
        """Raises `NotFound("unit.unknown")`.

        `to_named`: also to a lead of a unit above, who may not act for those below but was named as lead by this one.
        """
        named_only = to_named and not actor.subtree
        async with unit_transaction(self.context.engine, actor.unit_id, subtree=actor.subtree or to_named) as conn:
            unit = await find_unit(conn, self.code, self.context.today())
            await act_for(conn, unit.id)
            if named_only and unit.id != actor.unit_id and not await is_named(conn, actor, unit.id):
                raise NotFound("unit.unknown")
            yield conn, unit

    async def change(
        self,
        actor: Actor,
        name: str,
        asked: BaseModel | None,
        use_case: Callable[[AsyncConnection, Unit], Awaitable[tuple[int, BaseModel]]],
        *,
        to_named: bool = False,
    ) -> JSONResponse:
        """Runs the use case once for the key. Its answer is kept for a repeat, so it names nobody."""
        async with self.open(actor, to_named=to_named) as (conn, unit):
            asked_for = request_hash(name, unit.code, asked or b"")
            return await once(conn, self.context.master, actor, unit.id, self.key, asked_for, lambda: use_case(conn, unit))


async def _reading(context: Context, request: Request, code: UnitCode) -> UnitPlace:
    return UnitPlace(context, code, preferred_language(request.headers.get("accept-language")))


async def _changing(context: Context, request: Request, code: UnitCode, key: IdempotencyKey = None) -> UnitPlace:
    return UnitPlace(context, code, preferred_language(request.headers.get("accept-language")), key)


ReadingUnit = Annotated[UnitPlace, Depends(_reading)]
ChangingUnit = Annotated[UnitPlace, Depends(_changing)]
