"""What each role may do, as a table. A person may have several roles; an API key's scopes can only narrow them."""

from collections.abc import Iterable

from service.actors import APPROVE_UNATTENDED

PERMISSIONS: dict[str, frozenset[str]] = {
    "clerk": frozenset(
        {
            "imports:write",
            "imports:read",
            "contacts:read",
            "contacts:write",
            "contacts:reveal",
            "readiness:write",
            "broadcasts:write",
            "broadcasts:read",
            "units:read",
        }
    ),
    # An office's approver stands in for the schools below it; a school has nothing below.
    "approver": frozenset(
        {
            "imports:read",
            "contacts:read",
            "contacts:reveal",
            "readiness:write",
            "readiness:approve",
            "broadcasts:read",
            "broadcasts:write",
            "broadcasts:approve",
            "units:read",
            "units:subtree",
        }
    ),
    # Sees no parent in full: whoever looks at one is of the parent's own school.
    "officer": frozenset(
        {
            "imports:write",
            "imports:read",
            "contacts:read",
            "contacts:write",
            "readiness:write",
            "readiness:approve",
            "broadcasts:write",
            "broadcasts:read",
            "broadcasts:approve",
            "units:read",
            "units:write",
            "units:subtree",
            "accounts:read",
            "audit:read",
            "texts:write",
        }
    ),
    "data_protection_lead": frozenset(
        {
            "imports:read",
            "contacts:read",
            "contacts:write",
            "contacts:reveal",
            "contacts:erase",
            "readiness:write",
            "readiness:accept",
            "broadcasts:read",
            "units:read",
            "accounts:read",
            "audit:read",
        }
    ),
    # Makes the people of the units below, too. None of its own permissions reaches a parent or a message.
    "administrator": frozenset({"units:read", "units:write", "units:subtree", "accounts:read", "accounts:write", "audit:read"}),
}

SCOPES: frozenset[str] = frozenset().union(*PERMISSIONS.values()) | {APPROVE_UNATTENDED}


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Returns everything the roles together allow. An unknown role is a programming error (KeyError)."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


def narrowed(roles: Iterable[str], scopes: Iterable[str]) -> frozenset[str]:
    """Returns what a key may do: what its account may, as far as its scopes go, and `approve:unattended` if it may approve at
    all.
    """
    wanted = frozenset(scopes)
    allowed = permissions_of(roles) & wanted
    return allowed | ({APPROVE_UNATTENDED} & wanted if "broadcasts:approve" in allowed else frozenset())
