"""An address or a name as it may be shown in a list: enough to recognise one's own, not enough to use."""


def masked(channel: str, address: str) -> str:
    """`+84•••••678`; `p•••@example.com`."""
    if channel == "email":
        local, _, host = address.partition("@")
        return f"{local[:1]}•••@{host}"
    return f"{address[:3]}•••••{address[-3:]}"


def masked_name(name: str) -> str:
    """`Nguyễn Văn An` → `N. V. An`: the given name stands last, and is what a Vietnamese person is called by."""
    *before, given = name.split() or [""]
    return " ".join([*(f"{word[:1]}." for word in before), given])
