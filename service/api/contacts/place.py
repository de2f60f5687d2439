"""The contact a path names: what every call on one takes, gathered once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.api.edge.context import ApiContext, Context
from service.api.edge.idempotency import IdempotencyKey, once, request_hash
from service.contacts import ContactPlace, locate_contact
from service.database import act_for, unit_transaction

ContactId = Annotated[UUID, Path(description="the contact's id")]


@dataclass(frozen=True, slots=True)
class Person:
    """The contact a path names, for whoever calls: found in the caller's tree, then acted on for its own unit."""

    context: ApiContext
    public_id: UUID
    key: str | None = None

    @asynccontextmanager
    async def open(self, actor: Actor) -> AsyncIterator[tuple[AsyncConnection, ContactPlace]]:
        async with unit_transaction(self.context.engine, actor.unit_id, subtree=actor.subtree) as conn:
            place = await locate_contact(conn, self.public_id)
            await act_for(conn, place.unit_id)
            yield conn, place

    async def change(
        self,
        actor: Actor,
        name: str,
        asked: BaseModel,
        use_case: Callable[[AsyncConnection, ContactPlace], Awaitable[BaseModel]],
    ) -> JSONResponse:
        """Runs the use case once for the key."""
        async with self.open(actor) as (conn, place):

            async def act() -> tuple[int, BaseModel]:
                return 200, await use_case(conn, place)

            hashed = request_hash(f"contacts.{name}", str(self.public_id), asked)
            return await once(conn, self.context.master, actor, place.unit_id, self.key, hashed, act)


async def _reading(context: Context, contact_id: ContactId) -> Person:
    return Person(context, contact_id)


async def _changing(context: Context, contact_id: ContactId, key: IdempotencyKey = None) -> Person:
    return Person(context, contact_id, key)


ReadingPerson = Annotated[Person, Depends(_reading)]
ChangingPerson = Annotated[Person, Depends(_changing)]
