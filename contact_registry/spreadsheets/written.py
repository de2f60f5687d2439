"""A cell as a person reads it."""

from contact_registry.plain_text import one_line


def written(value: object) -> str:
    """Writes a cell's value as text, without invisible characters and double spaces; "" for an empty one."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return one_line(str(value))
