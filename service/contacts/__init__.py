"""Use cases over the contact registry: a school's list from upload to the unit's present list of parents."""

from service.contacts.importing import apply_import, read_import, start_import
from service.contacts.queries import ImportPlace, ImportProblem, ImportReport, import_report, locate_import

__all__ = [
    "ImportPlace",
    "ImportProblem",
    "ImportReport",
    "apply_import",
    "import_report",
    "locate_import",
    "read_import",
    "start_import",
]
