"""What each role may do, as a table. A person may have several roles; an API key's scopes can only narrow them."""

from collections.abc import Iterable

PERMISSIONS: dict[str, frozenset[str]] = {
    "clerk": frozenset({"imports:write", "imports:read", "broadcasts:write", "broadcasts:read", "units:read"}),
    "approver": frozenset({"imports:read", "broadcasts:read", "broadcasts:write", "broadcasts:approve", "units:read"}),
    "officer": frozenset(
        {
            "imports:write",
            "imports:read",
            "broadcasts:write",
            "broadcasts:read",
            "broadcasts:approve",
            "units:read",
            "units:write",
            "units:subtree",
            "audit:read",
        }
    ),
    "data_protection_lead": frozenset({"imports:read", "broadcasts:read", "units:read", "audit:read"}),
    "administrator": frozenset({"units:read", "units:write", "accounts:write", "audit:read"}),
}


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Everything the roles together allow. An unknown role is a programming error (KeyError)."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))
