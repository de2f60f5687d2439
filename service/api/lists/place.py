"""The import a path names: what every call on one takes, gathered once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.api.edge.context import ApiContext, Context
from service.api.edge.idempotency import IdempotencyKey, once, request_hash
from service.api.lists.models import ImportOut
from service.contacts import ImportPlace, import_report, locate_import
from service.database import act_for, unit_transaction
from service.languages import preferred_language

ImportId = Annotated[UUID, Path(description="the import's id")]


@dataclass(frozen=True, slots=True)
class Place:
    """The import a path names, for whoever calls: found in the caller's tree, then acted on for its own unit."""

    context: ApiContext
    public_id: UUID
    language: str
    key: str | None = None

    @asynccontextmanager
    async def open(self, actor: Actor) -> AsyncIterator[tuple[AsyncConnection, ImportPlace]]:
        async with unit_transaction(self.context.engine, actor.unit_id, subtree=actor.subtree) as conn:
            located = await locate_import(conn, self.public_id)
            await act_for(conn, located.unit_id)
            yield conn, located

    @asynccontextmanager
    async def alone(self, actor: Actor) -> AsyncIterator[tuple[AsyncConnection, ImportPlace]]:
        """Opens the place as `open` does, for whatever holds the list: one call after the other."""
        async with self.context.turns.of(self.public_id), self.open(actor) as opened:
            yield opened

    async def change(
        self, actor: Actor, name: str, asked: object, use_case: Callable[[AsyncConnection, int], Awaitable[object]]
    ) -> JSONResponse:
        """Runs the use case once for the key and answers with the import as it then stands."""
        async with self.alone(actor) as (conn, located):

            async def act() -> tuple[int, ImportOut]:
                await use_case(conn, located.id)
                return 200, ImportOut.of(await import_report(conn, self.public_id, language=self.language))

            hashed = request_hash(f"imports.{name}", str(self.public_id), asked)
            return await once(conn, self.context.master, actor, located.unit_id, self.key, hashed, act)


async def _reading(context: Context, request: Request, import_id: ImportId) -> Place:
    return Place(context, import_id, preferred_language(request.headers.get("accept-language")))


async def _changing(context: Context, request: Request, import_id: ImportId, key: IdempotencyKey = None) -> Place:
    return Place(context, import_id, preferred_language(request.headers.get("accept-language")), key)


Reading = Annotated[Place, Depends(_reading)]
Changing = Annotated[Place, Depends(_changing)]
