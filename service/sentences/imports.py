"""School lists: reading, fixing, applying, undoing."""

from collections.abc import Mapping

from service.languages import Phrase, ngettext_lazy
from service.languages import gettext_lazy as _

SENTENCES: Mapping[str, Phrase] = {
    "import.many_rows": _(
        "The file would hold {count} of {total} rows: more often a column taken for another. "
        "Look at the columns, or confirm {count} rows."
    ),
    "import.unknown": _("There is no such import, or it is not your unit's."),
    "import.unreadable": _(
        "The file cannot be read. Photos, PDF and Word are no use: open the list in Excel, save it as .xlsx and send it again."
    ),
    "import.expired": _("This list was not applied within 30 days and was deleted. Send the present list again."),
    "import.no_contact_column": _(
        "No column with phone numbers or emails was found. "
        "See that the header row says SĐT or Email, or tell Loa which column holds the numbers; "
        "of a file without a header row say what its columns A, B, C hold."
    ),
    "import.letters_lost": _(
        "Accented letters were lost when the file was saved (they are question marks), so its headings cannot be read. "
        "Open the original in Excel, save it as .xlsx or CSV UTF-8 and send it again; or say what each column holds."
    ),
    "import.one_column": _(
        "The whole list stands in one column, so names, classes and numbers cannot be told apart. "
        "In Excel select it, split it with Data > Text to Columns and send it again."
    ),
    "import.staff_list": _(
        "This file lists teachers or staff, not parents. Send it again as a list of staff; "
        "if it is of parents, tell Loa which column holds the pupils' names."
    ),
    "import.too_large": _(
        "The file is larger than 10 MB or has more than 20,000 rows. "
        "Remove pictures, columns and sheets it does not need and send it again."
    ),
    "import.save_as_xlsx": _(
        "Excel can open this file, Loa cannot read it. "
        "Open it in Excel (or LibreOffice), choose Save As, Excel Workbook (.xlsx), and send the new file."
    ),
    "import.password_protected": _(
        "The file has a password, or was locked with Protect Workbook or Read-only recommended (Excel then opens it without "
        "asking). Open it in Excel, take the lock and the password off under File > Info > Protect Workbook, "
        "save it as .xlsx and send it again."
    ),
    "import.dry_run": _("This was a dry run and cannot be applied. Send the file again, and not as a dry run."),
    "import.not_allowed_in_state": _(
        "The list is still being read, or has been applied or undone, so this cannot be done. Open it again to see."
    ),
    "import.many_gone": _(
        "This list would end {gone} of the {present} present contacts. See whether a class is missing; "
        "if it is right, apply it again and confirm the number {gone}. "
        "If the file is the list of some classes only, apply it to those classes alone: every other class stays as it is."
    ),
    "import.no_classes": _(
        "This list has no classes, so it cannot be applied to its classes alone. "
        "Fill them in, or apply it as the whole school's list."
    ),
    "import.hidden_rows": ngettext_lazy(
        "{count:n} pupil stands in a hidden row of the file (by a filter or by hand). Say whether this row is "
        "taken or left, then apply again.",
        "{count:n} pupils stand in hidden rows of the file (by a filter or by hand). Say whether these rows are "
        "taken or left, then apply again.",
    ),
    "import.not_latest": _("Only the list applied last can be undone. Undo the newer one first."),
    "import.too_old_to_undo": _(
        "This list was applied more than {days} days ago and cannot be undone. Send the right list instead."
    ),
    "import.file_gone": _("The file has been deleted and cannot be read again. Send it once more."),
    "import.classes_by_own_unit": _(
        "Which column holds the classes is for the school's own people to say. "
        "If you send the list for them, head the column “Lớp” in the file."
    ),
    "import.column_must_drop": _("One of the columns is private and must not be kept, so it cannot be given a meaning."),
    "import.column_unknown": _("The list has no such column. Write its heading as the file has it."),
    "import.column_said_twice": _("Columns of one heading mean the same. Choose one meaning for this heading."),
    "import.row_unknown": _("The list has no such row. Fetch the rows to fix again."),
    "import.not_its_rows": _("This file does not hold the rows to fix of this list. Download them again and correct those."),
}
