"""Rows made of their cells, and what can only be seen of all rows together.
Done on reading, and again when a cell is corrected.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from contact_registry.classes.in_sheets import grade_of, in_grade, one_spelling
from contact_registry.headings.meanings import Field, Heading, ListOf, Role, fold
from contact_registry.lists.cells import check_cell
from contact_registry.lists.checked import CheckedCell, CheckedRow, Counts, Problem
from contact_registry.lists.people import people

SHARED_BY_MORE_THAN = 5
"""A number beside more pupils than this is a shop's, a teacher's or a boarding house's more often than a parent's."""

_OF_ALL_ROWS = frozenset({"row.duplicate", "phone.shared"})
_NAMES = frozenset({Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME})


def make_row(sheet: str | None, row: int, cells: Sequence[CheckedCell], *, of: ListOf) -> CheckedRow:
    """Makes one row of its cells, with the problems that can be seen in it alone."""
    names: list[str] = []
    class_name, grade, class_heading = "", None, None
    phones: dict[str, Role] = {}
    emails: dict[str, None] = {}
    problems: list[Problem] = []
    for cell in cells:
        if cell.codes:
            problems += [Problem(sheet, row, cell.heading, code) for code in cell.codes]
        if cell.field is Field.PHONE:
            for number in cell.values:
                phones.setdefault(number, cell.role)
        elif cell.field is Field.EMAIL:
            emails.update(dict.fromkeys(cell.values))
        elif cell.field in _NAMES:
            names += cell.values
        elif cell.field is Field.CLASS and class_heading is None:
            class_heading = cell
            class_name = cell.values[0] if cell.values else ""
        elif cell.field is Field.GRADE and cell.values:
            grade = grade or cell.values[0]
    class_name = one_spelling(in_grade(class_name, grade))
    if of == "parents" and not class_name and not (class_heading and class_heading.codes):
        problems.append(Problem(sheet, row, class_heading.heading if class_heading else None, "class.missing"))
    if not phones and not emails:
        problems.append(Problem(sheet, row, None, "contact.none"))
    return CheckedRow(
        sheet,
        row,
        class_name,
        grade_of(class_name) or grade,
        " ".join(names)[:120],
        tuple((role, number) for number, role in phones.items()),
        tuple(emails),
        tuple(problems),
        tuple(cells),
    )


def recheck_row(row: CheckedRow, changes: Mapping[str, object], *, of: ListOf = "parents") -> CheckedRow:
    """Checks the row again, the cells under the headings of `changes` written anew by a person. A heading the row does not have:
    KeyError.
    """
    if missing := changes.keys() - {cell.heading for cell in row.cells}:
        raise KeyError(*missing)
    cells = [
        check_cell(Heading(cell.field, cell.heading, cell.role), changes[cell.heading], typed=True)
        if cell.heading in changes
        else cell
        for cell in row.cells
    ]
    return make_row(row.sheet, row.row, cells, of=of)


def rechecked(rows: Iterable[CheckedRow]) -> tuple[tuple[CheckedRow, ...], Counts]:
    """Looks for the problems of all rows together again; returns the rows with them, and the counts."""
    own = [_without_common(row) for row in rows]
    classes = {name: fold(name) for name in {row.class_name for row in own}}
    alike = [(classes[row.class_name], tuple(number for _, number in row.phones), row.emails) for row in own]
    # Names are only folded where all else is the same: few are, and folding every one takes longer than reading it.
    often = Counter(alike)
    seen: set[tuple[str, object]] = set()
    beside: Counter[str] = Counter()
    repeated: set[int] = set()
    for place, (row, same) in enumerate(zip(own, alike, strict=True)):
        if often[same] > 1 and (name := fold(row.pupil)):
            if (name, same) in seen:
                repeated.add(place)
                continue
            seen.add((name, same))
        beside.update(same[1])
    shared = {number for number, pupils in beside.items() if pupils > SHARED_BY_MORE_THAN}
    found = tuple(_with_common(row, shared, repeated=place in repeated) for place, row in enumerate(own))
    return found, count_rows(found, repeated=len(repeated))


def _without_common(row: CheckedRow) -> CheckedRow:
    if any(problem.code in _OF_ALL_ROWS for problem in row.problems):
        return replace(row, problems=tuple(p for p in row.problems if p.code not in _OF_ALL_ROWS))
    return row


def _with_common(row: CheckedRow, shared: set[str], *, repeated: bool) -> CheckedRow:
    problems = [Problem(row.sheet, row.row, None, "row.duplicate")] if repeated else []
    if shared and any(number in shared for _, number in row.phones):
        columns = {c.heading for c in row.cells if c.field is Field.PHONE and not shared.isdisjoint(c.values)}
        problems += [Problem(row.sheet, row.row, column, "phone.shared") for column in sorted(columns)]
    return replace(row, problems=(*row.problems, *problems)) if problems else row


def count_rows(rows: Sequence[CheckedRow], *, repeated: int) -> Counts:
    """Counts what a list holds. `repeated`: rows that stand in it more than once."""
    return Counts(
        rows=len(rows),
        contacts=len(people(rows)),
        phones=len({phone for row in rows for _, phone in row.phones}),
        emails=len({email for row in rows for email in row.emails}),
        to_fix=sum(row.to_fix for row in rows if row.problems),
        without_contact=sum(not row.phones and not row.emails for row in rows),
        duplicates=repeated,
    )
