"""What a call names: found in the caller's tree, then acted on for the unit that it belongs to, once for the caller's key."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.api.edge.context import ApiContext
from service.api.edge.idempotency import once, request_hash
from service.database import act_for, unit_transaction
from service.languages import Language

Named = TypeVar("Named", str, UUID)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Place(ABC, Generic[Named, Found]):
    """A unit, a contact, an import or a broadcast, as a path, a query or a body names it: what every call on one takes.

    `named`: its code or id. `key`: the caller's `Idempotency-Key`. `language`: of what is answered.
    """

    context: ApiContext
    named: Named
    key: str | None = None
    language: Language = "vi"

    room: ClassVar[str] = ""
    """What the names of its changes begin with, in what a key is bound to."""

    @abstractmethod
    async def find(self, conn: AsyncConnection) -> tuple[Found, int]:
        """Returns what is named and the unit it belongs to. Raises `NotFound` for what the caller may not see."""

    def sees_below(self, actor: Actor) -> bool:
        """Tells whether it is looked for below the actor's unit, too."""
        return actor.subtree

    async def admit(self, conn: AsyncConnection, actor: Actor, unit_id: int) -> None:
        """Raises for who may see it and not act on it. The transaction acts for its unit."""

    @asynccontextmanager
    async def open(self, actor: Actor) -> AsyncIterator[tuple[AsyncConnection, Found]]:
        """Gives a transaction acting for the unit that what is named belongs to, and what is named."""
        async with self._opened(actor) as (conn, found, _):
            yield conn, found

    @asynccontextmanager
    async def alone(self, actor: Actor) -> AsyncIterator[tuple[AsyncConnection, Found]]:
        """Opens the place as `open` does, one call after the other."""
        async with self._turn(), self.open(actor) as opened:
            yield opened

    async def once(
        self,
        actor: Actor,
        name: str,
        asked: Any,
        act: Callable[[AsyncConnection, Found], Awaitable[tuple[int, BaseModel]]],
        *,
        alone: bool = False,
    ) -> JSONResponse:
        """Runs `act` once for the key, which is bound to `name` and what was `asked`; `alone`: one call after the other."""
        hashed = request_hash(self.room + name, str(self.named), b"" if asked is None else asked)
        if not alone:
            return await self.once_for(actor, hashed, act)
        async with self._turn():
            return await self.once_for(actor, hashed, act)

    async def once_for(
        self, actor: Actor, hashed: bytes, act: Callable[[AsyncConnection, Found], Awaitable[tuple[int, BaseModel]]]
    ) -> JSONResponse:
        """Runs `act` once for the key, which is bound to `hashed`, a `request_hash`."""
        async with self._opened(actor) as (conn, found, unit_id):
            return await once(conn, self.context.master, actor, unit_id, self.key, hashed, lambda: act(conn, found))

    @asynccontextmanager
    async def _opened(self, actor: Actor) -> AsyncIterator[tuple[AsyncConnection, Found, int]]:
        async with unit_transaction(self.context.engine, actor.unit_id, subtree=self.sees_below(actor)) as conn:
            found, unit_id = await self.find(conn)
            await act_for(conn, unit_id)
            await self.admit(conn, actor, unit_id)
            yield conn, found, unit_id

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        async with self.context.turns.of(self.named):
            yield
