"""The unit a call names, in its path, its query or its body."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.api.edge.context import ApiContext, Context, Spoken
from service.api.edge.idempotency import IdempotencyKey
from service.api.edge.places import Place
from service.errors import NotFound
from service.readiness import is_named
from service.units import Unit, find_unit

UnitCode = Annotated[str, Path(max_length=40, description="the unit's code")]


@dataclass(frozen=True, slots=True)
class UnitPlace(Place[str, Unit]):
    """A unit, by its code. `to_named`: also to a lead of a unit above, who may not act for those below but was named as lead by
    this one.
    """

    to_named: bool = False

    async def find(self, conn: AsyncConnection) -> tuple[Unit, int]:
        """Raises `NotFound("unit.unknown")`."""
        unit = await find_unit(conn, self.named, self.context.today())
        return unit, unit.id

    def sees_below(self, actor: Actor) -> bool:
        return actor.subtree or self.to_named

    async def admit(self, conn: AsyncConnection, actor: Actor, unit_id: int) -> None:
        """Raises `NotFound("unit.unknown")` for a unit below that did not name the actor."""
        named_only = self.to_named and not actor.subtree
        if named_only and unit_id != actor.unit_id and not await is_named(conn, actor, unit_id):
            raise NotFound("unit.unknown")

    def also_to_named(self) -> "UnitPlace":
        """Returns the place as it opens to a lead whom the unit named, too."""
        return replace(self, to_named=True)


def at_unit(context: ApiContext, actor: Actor, code: str) -> AbstractAsyncContextManager[tuple[AsyncConnection, Unit]]:
    """Gives a transaction acting for the unit with this code, if that is the actor's or stands below it.

    Raises `NotFound("unit.unknown")`.
    """
    return UnitPlace(context, code).open(actor)


async def change_unit(
    context: ApiContext,
    actor: Actor,
    code: str,
    key: str | None,
    asked: bytes,
    use_case: Callable[[AsyncConnection, Unit], Awaitable[tuple[int, BaseModel]]],
) -> JSONResponse:
    """Runs the use case for the unit, once for the key. `asked`: the `request_hash`."""
    return await UnitPlace(context, code, key).once_for(actor, asked, use_case)


async def _reading(context: Context, code: UnitCode, language: Spoken) -> UnitPlace:
    return UnitPlace(context, code, language=language)


async def _changing(context: Context, code: UnitCode, language: Spoken, key: IdempotencyKey = None) -> UnitPlace:
    return UnitPlace(context, code, key, language)


ReadingUnit = Annotated[UnitPlace, Depends(_reading)]
ChangingUnit = Annotated[UnitPlace, Depends(_changing)]
