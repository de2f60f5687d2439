"""A parent's way out of advisories by email: an opaque token in the message's header, and what it does.

The token holds unit and address hash. It lasts as long as the email does, so it names no delivery. It stops advisories by email,
nothing else, and its answer is the same whether the address is on a list or not.
"""

import struct
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from service.audit import Action, Subject, note_event
from service.contacts.suppressing import SUBJECT, keep_off
from service.errors import NotFound
from service.signing.tokens import Tokens

UNSUBSCRIBE_PATH = "/thoi-nhan/"
"""Of the page that takes a token, on the web process."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """Whose advisories an address shall get no more."""

    unit_id: int
    address_hash: bytes = field(repr=False)


class UnsubscribeTokens(Tokens[WayOut]):
    """Under the deployment's `unsubscribe_token` key: 48 characters. Refuses with `NotFound("request.not_found")`."""

    form = struct.Struct(">I16s")
    holds = WayOut
    refusal = partial(NotFound, "request.not_found")


async def unsubscribe(conn: AsyncConnection, way_out: WayOut, *, now: datetime) -> None:
    """Ends the unit's advisories by email to this address, and what waits of them. Twice is once.

    Needs nobody's permission: the email is the proof. The transaction acts for the unit.
    """
    hashes = {"email": [way_out.address_hash]}
    if await keep_off(conn, unit_id=way_out.unit_id, hashes=hashes, reason="opt_out", by=None, now=now):
        await note_event(
            conn,
            None,
            Subject(way_out.unit_id, SUBJECT, "address"),
            Action.SUPPRESSION_ADDED,
            now,
            reason="opt_out",
            by="recipient",
            email=1,
        )
