"""What a clerk reads beside a problem: what is wrong and what to do. Never the number, the name or the address itself."""

from contact_registry.languages import gettext_noop as _

_MESSAGES: dict[str, str] = {
    "phone.too_short": _("The phone number has too few digits. Ask the parent and write all 10."),
    "phone.too_long": _("The phone number has too many digits. Ask the parent and write the 10 that are right."),
    "phone.ambiguous": _(
        "This cell has an abbreviated number, or other digits beside one, so none was taken. "
        "Write each number in full, separated by a semicolon, and nothing else."
    ),
    "phone.digits_lost": _(
        "The spreadsheet lost digits of the number (as in 9.12E+08). Format the column as Text and enter the number again."
    ),
    "phone.landline": _("This is a landline and cannot receive SMS. Add a mobile number."),
    "phone.not_vietnamese_mobile": _(
        "This is not a Vietnamese mobile number, so no message can go to it. Ask the parent for one."
    ),
    "email.invalid": _(
        "The email address is not written correctly, e.g. without @ or with a space. Correct it, or leave the cell empty."
    ),
    "class.damaged": _(
        "The spreadsheet turned the class into a date or a number, or a phone number or email stands in it. "
        "Format the column as Text and enter the class again."
    ),
    "class.missing": _("The class is missing, so a warning for one class will not reach this row. Fill it in."),
    "contact.none": _("This row has no mobile number or email that can be written to. Ask the family and fill in at least one."),
    "row.hidden": _(
        "This row is hidden in the file (by a filter or by hand). "
        "Say when you apply the list whether hidden rows are taken or left."
    ),
    "sheet.hidden": _("This sheet is hidden and was not read. If it has pupils, unhide it and send the file again."),
    "cell.no_result": _(
        "This cell is a formula without a result. Open the file in Excel, let it calculate, save it and send it again; "
        "or type the value itself."
    ),
    "cell.error": _("The formula in this cell failed (#REF!, #N/A …), so it has no value. Type the value itself."),
    "cell.letters_lost": _(
        "A letter in this cell was damaged when the file was saved. Look at the cell and type the letter again."
    ),
    "phone.converted_2018": _(
        "An old 11-digit number was converted to its form since 2018. It was written down before then: "
        "ask whether the parent still has it."
    ),
    "phone.old_number": _(
        "This cell calls a number old or no longer used; it may be somebody else's by now, so only the other one was taken. "
        "Delete it from the list; if it is the only one, ask the parent."
    ),
    "phone.shared": _(
        "This number stands beside more than 5 pupils. Check that it is not a teacher's or a shop's; "
        "if it is a parent's, leave it."
    ),
    "row.duplicate": _("This row repeats an earlier one; the parent is written to only once. You may delete it."),
    "column.unknown": _("Loa does not know this column and left it out. If it holds numbers, emails or classes, say so."),
    "column.looks_like_contact": _(
        "This column was left out, but phone numbers or emails stand in it. If they are parents', say what the column holds."
    ),
    "sheet.not_read": _(
        "Nothing on this sheet was taken: it has no header row that Loa understands (Họ và tên, Lớp, SĐT …). "
        "If it is a list, add one and send the file again, or say what its columns A, B, C hold."
    ),
    "sheet.staff": _(
        "This sheet lists teachers or staff and was not taken into the parents' list. "
        "Send it by itself as a list of staff if you need it."
    ),
    "sheet.number_left_out": _(
        "This row is no pupil (a note, a signature, somebody in charge), so the number in it was not taken. "
        "If it is a pupil, give the row its STT or class."
    ),
    "pupil.left": _(
        "The list says that this pupil has left. If so, delete the row; if not, the family goes on receiving warnings."
    ),
    "text.letters_lost": _(
        "Accented letters were lost when the file was saved (they are question marks). "
        "Numbers are right, names and classes may not be. Save it again as .xlsx or CSV UTF-8."
    ),
    "text.legacy_encoding": _(
        "The text uses an old font or encoding (TCVN3, VNI, Windows-1258), or is UTF-8 that was read wrongly, and was converted. "
        "Check a few accented names."
    ),
    "phone.zero_restored": _("The spreadsheet took the leading zero; it was put back. Nothing to do."),
    "phone.several": _("This cell holds several numbers, which were separated. Nothing to do."),
    "column.dropped": _("This column is private and not needed for warnings. It was dropped while reading and is kept nowhere."),
}


def problem_message(code: str) -> str:
    """Names the sentence for a problem code, in English as the catalogues know it. An unknown code is a programming error
    (KeyError).
    """
    return _MESSAGES[code]
