"""A parent's way out of advisories by email: an opaque token in the message's header, and what it does.

The token is AES-SIV over unit and address hash under the deployment's `unsubscribe_token` key: 48 characters that say nothing and
cannot be made up. It lasts as long as the email does, so it names no delivery. It stops advisories by email, nothing else, and
its answer is the same whether the address is on a list or not.
"""

import base64
import binascii
import struct
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from sqlalchemy.ext.asyncio import AsyncConnection

from service.audit import Action, Subject, note_event
from service.contacts.suppressing import SUBJECT, keep_off
from service.errors import NotFound

UNSUBSCRIBE_PATH = "/thoi-nhan/"
"""Of the page that takes a token, on the web process."""
_FORM = struct.Struct(">I16s")


@dataclass(frozen=True, slots=True)
class WayOut:
    """Whose advisories an address shall get no more."""

    unit_id: int
    address_hash: bytes = field(repr=False)


class UnsubscribeTokens:
    """Makes and opens tokens. `key`: 64 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def make(self, way_out: WayOut) -> str:
        """Makes the token, the same for the same unit and address: a repeated email stays the same bytes."""
        sealed = self._cipher.encrypt(_FORM.pack(way_out.unit_id, way_out.address_hash), None)
        return base64.urlsafe_b64encode(sealed).decode()

    def open(self, token: str) -> WayOut:
        """Raises `NotFound("request.not_found")` for anything we did not make."""
        try:
            return WayOut(*_FORM.unpack(self._cipher.decrypt(base64.urlsafe_b64decode(token), None)))
        except (InvalidTag, binascii.Error, ValueError, struct.error):
            raise NotFound("request.not_found") from None


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
