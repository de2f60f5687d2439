"""The opaque token in a status-callback URL: which attempt of which delivery, sealed, so that nothing is looked up to know it.

AES-SIV over the ids under the deployment's `attempt_token` key: 52 characters that say nothing, cannot be made up, and are the
same for the same attempt.
"""

import base64
import binascii
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from service.errors import Forbidden

_FORM = struct.Struct(">IQQH")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one delivery."""

    unit_id: int
    broadcast_id: int
    number: int
    attempt: int


class AttemptTokens:
    """Makes and opens tokens. `key`: 64 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def make(self, attempt: Attempt) -> str:
        plain = _FORM.pack(attempt.unit_id, attempt.broadcast_id, attempt.number, attempt.attempt)
        return base64.urlsafe_b64encode(self._cipher.encrypt(plain, None)).decode().rstrip("=")

    def open(self, token: str) -> Attempt:
        """Raises `Forbidden("webhook.bad_signature")` for anything we did not make."""
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            return Attempt(*_FORM.unpack(self._cipher.decrypt(sealed, None)))
        except (InvalidTag, binascii.Error, ValueError, struct.error):
            raise Forbidden("webhook.bad_signature") from None
