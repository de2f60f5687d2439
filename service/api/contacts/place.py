"""The contact a path names."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.api.edge.context import Context
from service.api.edge.idempotency import IdempotencyKey
from service.api.edge.places import Place
from service.contacts import ContactPlace, locate_contact

ContactId = Annotated[UUID, Path(description="the contact's id")]


@dataclass(frozen=True, slots=True)
class Person(Place[UUID, ContactPlace]):
    """A contact, by its id."""

    room = "contacts."

    async def find(self, conn: AsyncConnection) -> tuple[ContactPlace, int]:
        place = await locate_contact(conn, self.named)
        return place, place.unit_id

    async def change(
        self,
        actor: Actor,
        name: str,
        asked: BaseModel,
        use_case: Callable[[AsyncConnection, ContactPlace], Awaitable[BaseModel]],
    ) -> JSONResponse:
        """Runs the use case once for the key."""

        async def act(conn: AsyncConnection, place: ContactPlace) -> tuple[int, BaseModel]:
            return 200, await use_case(conn, place)

        return await self.once(actor, name, asked, act)


async def _reading(context: Context, contact_id: ContactId) -> Person:
    return Person(context, contact_id)


async def _changing(context: Context, contact_id: ContactId, key: IdempotencyKey = None) -> Person:
    return Person(context, contact_id, key)


ReadingPerson = Annotated[Person, Depends(_reading)]
ChangingPerson = Annotated[Person, Depends(_changing)]
