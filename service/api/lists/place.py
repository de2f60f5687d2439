"""The import a path names."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.api.edge.context import Context, Spoken
from service.api.edge.idempotency import IdempotencyKey
from service.api.edge.places import Place
from service.api.lists.models import ImportOut
from service.contacts import ImportPlace, import_report, locate_import

ImportId = Annotated[UUID, Path(description="the import's id")]


@dataclass(frozen=True, slots=True)
class NamedImport(Place[UUID, ImportPlace]):
    """An import, by its id."""

    room = "imports."

    async def find(self, conn: AsyncConnection) -> tuple[ImportPlace, int]:
        located = await locate_import(conn, self.named)
        return located, located.unit_id

    async def change(
        self, actor: Actor, name: str, asked: object, use_case: Callable[[AsyncConnection, int], Awaitable[object]]
    ) -> JSONResponse:
        """Runs the use case once for the key and answers with the import as it then stands. One call after the other."""

        async def act(conn: AsyncConnection, located: ImportPlace) -> tuple[int, ImportOut]:
            await use_case(conn, located.id)
            return 200, ImportOut.of(await import_report(conn, self.named, language=self.language))

        return await self.once(actor, name, asked, act, alone=True)


async def _reading(context: Context, language: Spoken, import_id: ImportId) -> NamedImport:
    return NamedImport(context, import_id, language=language)


async def _changing(context: Context, language: Spoken, import_id: ImportId, key: IdempotencyKey = None) -> NamedImport:
    return NamedImport(context, import_id, key, language)


Reading = Annotated[NamedImport, Depends(_reading)]
Changing = Annotated[NamedImport, Depends(_changing)]
