"""A checked list beside the unit's present one: compared, stored, applied, undone."""

from contact_registry.present.applying import Applied, apply_list, lock_lists
from contact_registry.present.differences import ClassDifference, Difference, compare_list
from contact_registry.present.storing import (
    clear_people,
    load_columns,
    load_rows,
    replace_rows,
    row_key_ids,
    store_checked,
    store_columns,
)
from contact_registry.present.undoing import undo_list

__all__ = [
    "Applied",
    "ClassDifference",
    "Difference",
    "apply_list",
    "clear_people",
    "compare_list",
    "load_columns",
    "load_rows",
    "lock_lists",
    "replace_rows",
    "row_key_ids",
    "store_checked",
    "store_columns",
    "undo_list",
]
