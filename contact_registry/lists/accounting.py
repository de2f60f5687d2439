"""Every row of a file is accounted for: it is a pupil, or it is left out for a reason that can be said.

`RowReason` is the one list of reasons; whoever leaves rows out gives one of them, and the words for it stand beside it.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from contact_registry.languages import gettext_noop as _


class RowReason(StrEnum):
    """Why a row with content is no pupil."""

    TITLE = "title"
    HEADER = "header"
    NUMBERING = "numbering"
    REPEATED_HEADER = "repeated_header"
    TOTAL = "total"
    SIGNATURE = "signature"
    NOTE = "note"
    SECOND_LINE = "second_line"
    """Its number was taken for the pupil above."""
    NOTHING_KNOWN = "nothing_known"
    """Nothing under a heading of names, numbers or emails."""
    STAFF = "staff"
    """On a sheet of teachers in a list of parents."""
    NO_HEADER = "no_header"
    """On a sheet without a header that is understood."""
    HIDDEN = "hidden"
    LOST_TO_QUOTE = "lost_to_quote"
    """Swallowed by a quotation mark that was never closed."""


class LeftOutRows(NamedTuple):
    """Rows of a sheet left out for one reason, numbered as the spreadsheet shows them."""

    sheet: str | None
    reason: RowReason
    rows: tuple[int, ...]


_WORDS: dict[RowReason, str] = {
    RowReason.TITLE: _("titles"),
    RowReason.HEADER: _("column headings"),
    RowReason.NUMBERING: _("numbers of columns"),
    RowReason.REPEATED_HEADER: _("column headings repeated"),
    RowReason.TOTAL: _("totals"),
    RowReason.SIGNATURE: _("date and signatures"),
    RowReason.NOTE: _("notes, not pupils"),
    RowReason.SECOND_LINE: _("second line of the pupil above, who has its number"),
    RowReason.NOTHING_KNOWN: _("no name, number or email under a heading that Loa knows"),
    RowReason.STAFF: _("a sheet of teachers or staff"),
    RowReason.NO_HEADER: _("a sheet without a header row that Loa understands"),
    RowReason.HIDDEN: _("hidden rows"),
    RowReason.LOST_TO_QUOTE: _("swallowed by a quotation mark that is never closed"),
}  # fmt: skip


def reason_in_words(reason: RowReason) -> str:
    """Names the reason, in English as the catalogues know it."""
    return _WORDS[reason]


def grouped(sheet: str | None, reasons: Iterable[tuple[int, RowReason]]) -> list[LeftOutRows]:
    """Groups the left out rows of a sheet by reason. `reasons`: (row as the spreadsheet shows it, its reason)."""
    by_reason: dict[RowReason, list[int]] = {}
    for row, reason in reasons:
        by_reason.setdefault(reason, []).append(row)
    return [LeftOutRows(sheet, reason, tuple(sorted(rows))) for reason, rows in by_reason.items()]


def in_short(rows: Sequence[int], *, most: int = 20) -> str:
    """Writes rows as a person does: "1-5, 40, 42"; "…" where there are more than `most` stretches."""
    stretches: list[list[int]] = []
    for row in rows:
        if stretches and row == stretches[-1][1] + 1:
            stretches[-1][1] = row
        else:
            stretches.append([row, row])
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in stretches[:most]]
    return ", ".join([*shown, "…"] if len(stretches) > most else shown)


MOST_ROWS = 100
"""Of one reason on one sheet that are named in a report; more are counted."""
_MOST_GROUPS = 500


def report_of(left_out: Sequence[LeftOutRows]) -> list[dict[str, object]]:
    """Makes the part of a report that says which rows were left out: `sheet`, `reason`, `rows` (the first of them), `total`."""
    return [
        {"sheet": each.sheet, "reason": each.reason.value, "rows": list(each.rows[:MOST_ROWS]), "total": len(each.rows)}
        for each in left_out[:_MOST_GROUPS]
    ]
