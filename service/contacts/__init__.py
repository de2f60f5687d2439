"""Use cases over the contact registry: a school's list from upload to the unit's present list of parents."""

from service.contacts.importing import apply_import, start_import
from service.contacts.queries import ImportPlace, ImportProblem, ImportReport, import_report, locate_import
from service.contacts.reading import ATTEMPTS, ReadingFailed, count_attempt, lock_reading, read_import

__all__ = [
    "ATTEMPTS",
    "ImportPlace",
    "ImportProblem",
    "ImportReport",
    "ReadingFailed",
    "apply_import",
    "count_attempt",
    "import_report",
    "locate_import",
    "lock_reading",
    "read_import",
    "start_import",
]
