"""What the columns of a list hold, by their headings."""

from contact_registry.headings.meanings import ColumnMeaning, Field, ListOf, Role
from contact_registry.headings.meanings import fold as fold_heading

__all__ = ["ColumnMeaning", "Field", "ListOf", "Role", "fold_heading"]
