"""Use cases over the contact registry: a school's list from upload to the unit's present list of parents."""

from service.contacts.bad_rows import take_bad_rows, take_corrections
from service.contacts.columns import Said, list_columns, say_columns
from service.contacts.comparing import compare_import
from service.contacts.fixing import ShownRow, correct_rows, list_rows
from service.contacts.importing import apply_import, start_import, undo_import
from service.contacts.queries import (
    ImportLine,
    ImportPlace,
    ImportProblem,
    ImportReport,
    import_report,
    list_imports,
    locate_import,
)
from service.contacts.reading import ATTEMPTS, ReadingFailed, count_attempt, lock_reading, read_import, show_progress

__all__ = [
    "ATTEMPTS",
    "ImportLine",
    "ImportPlace",
    "ImportProblem",
    "ImportReport",
    "ReadingFailed",
    "Said",
    "ShownRow",
    "apply_import",
    "compare_import",
    "correct_rows",
    "count_attempt",
    "import_report",
    "list_columns",
    "list_imports",
    "list_rows",
    "locate_import",
    "lock_reading",
    "read_import",
    "say_columns",
    "show_progress",
    "start_import",
    "take_bad_rows",
    "take_corrections",
    "undo_import",
]
