"""Use cases over the contact registry: a school's list from upload to the unit's present list of parents."""

from service.contacts.bad_rows import read_corrections, take_bad_rows, take_corrections
from service.contacts.by_hand import Person, add_by_hand, change_by_hand, confirm_list, correct_by_hand
from service.contacts.choices import Choices, HiddenRows
from service.contacts.columns import MEANINGS, NAMEABLE, Said, list_columns, say_columns
from service.contacts.comparing import compare_import
from service.contacts.consenting import record_class_consents, record_consent, withdraw
from service.contacts.erasing import ErasedBecause, erase
from service.contacts.fixing import ShownRow, correct_rows, list_rows
from service.contacts.importing import apply_import, start_import, undo_import
from service.contacts.looking import Look, LookReason, list_looks, reveal
from service.contacts.people import Asked, ContactPlace, locate_contact, read_person, search_people, with_address
from service.contacts.queries import (
    ImportLine,
    ImportPlace,
    ImportReport,
    ImportState,
    import_report,
    list_imports,
    locate_import,
)
from service.contacts.reading import ATTEMPTS, ReadingFailed, count_attempt, lock_reading, read_import, show_progress
from service.contacts.suppressing import LiftedBecause, Target, lift, suppressions_of, take_off
from service.contacts.told_problems import ImportProblem, list_problems
from service.contacts.unsubscribing import UNSUBSCRIBE_PATH, UnsubscribeTokens, WayOut, unsubscribe

__all__ = [
    "ATTEMPTS",
    "MEANINGS",
    "NAMEABLE",
    "UNSUBSCRIBE_PATH",
    "Asked",
    "Choices",
    "ContactPlace",
    "ErasedBecause",
    "HiddenRows",
    "ImportLine",
    "ImportPlace",
    "ImportProblem",
    "ImportReport",
    "ImportState",
    "LiftedBecause",
    "Look",
    "LookReason",
    "Person",
    "ReadingFailed",
    "Said",
    "ShownRow",
    "Target",
    "UnsubscribeTokens",
    "WayOut",
    "add_by_hand",
    "apply_import",
    "change_by_hand",
    "compare_import",
    "confirm_list",
    "correct_by_hand",
    "correct_rows",
    "count_attempt",
    "erase",
    "import_report",
    "lift",
    "list_columns",
    "list_imports",
    "list_looks",
    "list_problems",
    "list_rows",
    "locate_contact",
    "locate_import",
    "lock_reading",
    "read_corrections",
    "read_import",
    "read_person",
    "record_class_consents",
    "record_consent",
    "reveal",
    "say_columns",
    "search_people",
    "show_progress",
    "start_import",
    "suppressions_of",
    "take_bad_rows",
    "take_corrections",
    "take_off",
    "undo_import",
    "unsubscribe",
    "with_address",
    "withdraw",
]
