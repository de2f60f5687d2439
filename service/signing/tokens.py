"""Opaque tokens in URLs: a few numbers sealed, so that nothing is looked up to know what a token stands for.

AES-SIV under a deployment key: a token says nothing, cannot be made up, and is the same for the same value.
"""

import base64
import binascii
import struct
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, ClassVar, Generic, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

Value = TypeVar("Value")


class Tokens(Generic[Value]):
    """Makes and opens the tokens of one kind of value. `key`: 64 bytes.

    A kind is a subclass that names `holds`, the dataclass its tokens stand for, `form`, how the fields of that are packed, and
    `refusal`, the error for a token that we did not make.
    """

    form: ClassVar[struct.Struct]
    holds: ClassVar[Callable[..., Any]]
    refusal: ClassVar[Callable[[], Exception]]
    _fields: ClassVar[Callable[[Any], tuple[Any, ...]]]

    def __init_subclass__(cls) -> None:
        cls._fields = attrgetter(*(field.name for field in fields(cls.holds)))  # type: ignore[arg-type]

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def make(self, value: Value) -> str:
        """Returns the token of `value`, URL-safe base64 without padding."""
        sealed = self._cipher.encrypt(self.form.pack(*type(self)._fields(value)), None)
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, token: str) -> Value:
        """Returns the value a token stands for. Raises `refusal` for anything we did not make."""
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            value: Value = type(self).holds(*self.form.unpack(self._cipher.decrypt(sealed, None)))
        except (InvalidTag, binascii.Error, ValueError, struct.error):
            raise type(self).refusal() from None
        return value
