"""A school's list: read (pure), checked, every row accounted for."""

from contact_registry.lists.accounting import LeftOutRows, RowReason, in_short, reason_in_words, report_of
from contact_registry.lists.checked import (
    SEVERITY,
    CheckedCell,
    CheckedList,
    CheckedRow,
    Counts,
    Problem,
    SeenColumn,
    Severity,
)
from contact_registry.lists.problem_messages import problem_message
from contact_registry.lists.reading import read_list
from contact_registry.lists.rows import recheck_row, rechecked
from contact_registry.spreadsheets.legacy_text import LegacyText

__all__ = [
    "SEVERITY",
    "CheckedCell",
    "CheckedList",
    "CheckedRow",
    "Counts",
    "LeftOutRows",
    "LegacyText",
    "Problem",
    "RowReason",
    "SeenColumn",
    "Severity",
    "in_short",
    "problem_message",
    "read_list",
    "reason_in_words",
    "recheck_row",
    "rechecked",
    "report_of",
]
