"""Who is acting: a frozen value, made once at the edge, handed to every use case."""

from dataclasses import dataclass

from service.errors import Forbidden

APPROVE_UNATTENDED = "approve:unattended"
"""Scope of an API key that may approve without a second factor. No role has it: it is given to a key in so many words."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A named account acting for a unit.

    `permissions` come from the account's roles, narrowed by an API key's scopes (`service.accounts.permissions`).
    `subtree`: may act for the units below its own, too.
    """

    account_id: int
    unit_id: int
    unit_code: str
    permissions: frozenset[str]
    subtree: bool = False
    api_key_id: int | None = None
    language: str = "vi"

    def refusal(self, permission: str) -> Forbidden | None:
        """Returns `Forbidden("auth.scope")` where the actor has no such permission."""
        return None if permission in self.permissions else Forbidden("auth.scope", permission=permission)

    def require(self, permission: str) -> None:
        """Returns nothing, or raises `Forbidden("auth.scope")`."""
        if refusal := self.refusal(permission):
            raise refusal
