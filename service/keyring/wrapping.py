"""What the keyring needs of a master key, and no more: so that the look-up side, which must never reach people, can use it."""

from typing import Protocol


class Wrapping(Protocol):
    """Seals keys under a key kept elsewhere. `contact_registry.MasterKey` is one."""

    def wrap(self, secret: bytes, purpose: str) -> bytes: ...

    def unwrap(self, wrapped: bytes, purpose: str) -> bytes: ...
