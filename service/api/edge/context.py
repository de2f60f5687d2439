"""What a request may use, and who may call: said in the endpoint's signature, held by tests/architecture/test_routes.py."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncEngine

from contact_registry.sealing import MasterKey
from service.accounts import authenticate
from service.actors import Actor
from service.api.edge.readings import Readings
from service.api.edge.turns import Turns
from service.clock import LOCAL, Clock
from service.deliveries import AttemptTokens, ReceiptIntake
from service.errors import Unauthenticated
from service.languages import Language, preferred_language
from service.lookups import Lookups
from service.meters import Meters
from service.settings import Settings
from service.signing.lookup_numbers import LookupNumbers


@dataclass(frozen=True, slots=True)
class ApiContext:
    """Made once at the composition root; `engine` is the web login's, `engine_lookup` the look-up's, which reads records only."""

    settings: Settings
    clock: Clock
    engine: AsyncEngine
    engine_lookup: AsyncEngine
    master: MasterKey
    numbers: LookupNumbers
    tokens: AttemptTokens
    receipts: ReceiptIntake
    lookups: Lookups
    meters: Meters
    readings: Readings
    turns: Turns

    def now(self) -> datetime:
        """Returns the time it is, aware, in UTC."""
        return self.clock()

    def today(self) -> date:
        """Returns the day it is in Vietnam."""
        return self.clock().astimezone(LOCAL).date()


async def context(request: Request) -> ApiContext:
    """Returns what the composition root has set. Async though it waits for nothing: FastAPI hands whatever is not to a thread,
    at every call.
    """
    made: ApiContext = request.app.state.api_context
    return made


Context = Annotated[ApiContext, Depends(context)]

_bearer = HTTPBearer(auto_error=False, scheme_name="api_key", description="`loa_` and 43 characters, made with `loa keys make`")


async def caller(
    context: Context, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None
) -> Actor:
    """Finds the account behind the API key. Raises `Unauthenticated("auth.missing")`."""
    if credentials is None:
        raise Unauthenticated("auth.missing")
    return await authenticate(context.engine, credentials.credentials)


def needs(permission: str) -> Callable[[Actor], Awaitable[Actor]]:
    """Makes a dependency: the caller, who has this permission. The use case asks once more."""

    async def permitted(actor: Annotated[Actor, Depends(caller)]) -> Actor:
        actor.require(permission)
        return actor

    return permitted


async def spoken(request: Request) -> Language:
    """Returns the language that the request asks for."""
    return preferred_language(request.headers.get("accept-language"))


Spoken = Annotated[Language, Depends(spoken)]

AnyCaller = Annotated[Actor, Depends(caller)]
UnitsReader = Annotated[Actor, Depends(needs("units:read"))]
UnitsWriter = Annotated[Actor, Depends(needs("units:write"))]
AccountsReader = Annotated[Actor, Depends(needs("accounts:read"))]
AccountsWriter = Annotated[Actor, Depends(needs("accounts:write"))]
ImportsReader = Annotated[Actor, Depends(needs("imports:read"))]
ImportsWriter = Annotated[Actor, Depends(needs("imports:write"))]
ContactsReader = Annotated[Actor, Depends(needs("contacts:read"))]
ContactsWriter = Annotated[Actor, Depends(needs("contacts:write"))]
ContactsRevealer = Annotated[Actor, Depends(needs("contacts:reveal"))]
ContactsEraser = Annotated[Actor, Depends(needs("contacts:erase"))]
BroadcastsReader = Annotated[Actor, Depends(needs("broadcasts:read"))]
BroadcastsWriter = Annotated[Actor, Depends(needs("broadcasts:write"))]
TextsWriter = Annotated[Actor, Depends(needs("texts:write"))]
AuditReader = Annotated[Actor, Depends(needs("audit:read"))]
Approver = Annotated[Actor, Depends(needs("broadcasts:approve"))]
ReadinessWriter = Annotated[Actor, Depends(needs("readiness:write"))]
ReadinessLead = Annotated[Actor, Depends(needs("readiness:accept"))]
ReadinessApprover = Annotated[Actor, Depends(needs("readiness:approve"))]
Overseer = Annotated[Actor, Depends(needs("units:subtree"))]
