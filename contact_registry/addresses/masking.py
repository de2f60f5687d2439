"""An address or a name as it may be shown in a list: enough to recognise one's own, not enough to use."""

import re

_EMAIL = re.compile(r"[^\s;,/<>]+@[^\s;,/<>]+")
_NUMBER = re.compile(r"\+?\d(?:[\s.()-]*\d){5,}")


def masked(channel: str, address: str) -> str:
    """Masks an address so that its owner recognises it: `+84•••••678`; `p•••@example.com`."""
    if channel == "email":
        local, _, host = address.partition("@")
        return f"{local[:1]}•••@{host}"
    return f"{address[:3]}•••••{address[-3:]}"


def masked_name(name: str) -> str:
    """Masks a name but for the given one, which stands last and is what a Vietnamese person is called by: `Nguyễn Văn An` → `N.
    V. An`.
    """
    *before, given = name.split() or [""]
    return " ".join([*(f"{word[:1]}." for word in before), given])


def masked_cell(written: str, *, names: bool) -> str:
    """Masks a cell of which nobody knows yet what it is: emails and long numbers in part, and words, where it may be a name
    (`names`).
    """
    if "@" in written:
        return _EMAIL.sub(lambda found: masked("email", found[0]), written)
    if _NUMBER.search(written):
        return _NUMBER.sub(lambda found: masked("sms", found[0]) if len(found[0]) > 8 else f"•••••{found[0][-2:]}", written)
    return masked_name(written) if names else written
