"""Registered texts from a list: TOML, one table a text, or a table in Excel or CSV."""

import re
import tomllib
from datetime import date, datetime
from typing import Any, cast

from contact_registry.headings import fold_heading
from contact_registry.office_tables import PlainTable, TableRow, read_table
from service.errors import FieldError, Invalid, RowError, RowsRefused
from service.registered_texts.filing import MOST, Registration, Status

_COLUMNS = {
    "name": ("ma", "ma mau", "ten mau", "name", "code"),
    "template": ("noi dung", "noi dung mau", "mau", "mau tin", "template", "text"),
    "status": ("trang thai", "tinh trang", "status"),
    "dated": ("ngay", "ngay duyet", "ngay dang ky", "date", "dated"),
    "reference": ("so tham chieu", "tham chieu", "ma tham chieu", "ma ho so", "so ho so", "reference"),
    "provider": ("nha cung cap", "doi tac", "provider"),
}
_NEEDED = {"name": "Mã", "template": "Nội dung", "status": "Trạng thái", "dated": "Ngày"}
"""What a list must have, and how such a column is best headed."""
_STATUS_WORDS: dict[str, Status] = {
    "nhap": "draft",
    "da gui": "submitted",
    "cho duyet": "submitted",
    "da duyet": "approved",
    "duyet": "approved",
    "tu choi": "rejected",
    "bi tu choi": "rejected",
    "het han": "expired",
}
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def read_texts(data: bytes, *, provider: str, toml: bool) -> list[Registration]:
    """Reads and checks the texts of a list. `provider`: of those that name none.

    Raises `Invalid("request.invalid")`, `RowsRefused("bulk.rows")`, `ImportRefused`.
    """
    return _from_toml(data, provider) if toml else _from_table(data, provider)


def _from_toml(data: bytes, provider: str) -> list[Registration]:
    try:
        listed = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise Invalid("registered.unreadable") from None
    texts, wrong = [], []
    for name, fields in listed.items():
        try:
            text = Registration(**{"provider": provider, "name": name} | fields)
            if type(text.dated) is not date:
                wrong.append(FieldError(f"{name}.dated", "field.date"))
                continue
            texts.append(text.checked())
        except TypeError:  # no table, a field too many or one too few
            wrong.append(FieldError(name, "registered.fields"))
        except Invalid as refused:
            wrong += [FieldError(f"{name}.{each.field}", each.code, each.values) for each in refused.fields]
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    return texts


def _from_table(data: bytes, provider: str) -> list[Registration]:
    table = read_table(data, _COLUMNS, most=MOST)
    if missing := [name for name in _NEEDED if name not in table.headings]:
        raise Invalid(
            "request.invalid",
            fields=tuple(FieldError(name, "bulk.column_missing", {"heading": _NEEDED[name]}) for name in missing),
        )
    texts: list[Registration] = []
    problems: list[RowError] = []
    for cells in table.rows:
        try:
            texts.append(_row(cells, provider).checked())
        except Invalid as refused:
            problems += [RowError(cells.row, _heading(table, each.field), each.code, each.values) for each in refused.fields]
    if problems:
        raise RowsRefused(rows=len(table.rows), unchanged=0, problems=tuple(problems))
    return texts


def _row(cells: TableRow, provider: str) -> Registration:
    dated = _day(cells.cells.get("dated"), cells.text("dated"))
    if dated is None:
        raise Invalid("request.invalid", fields=(FieldError("dated", "field.date"),))
    written = fold_heading(cells.text("status"))
    return Registration(
        provider=cells.text("provider") or provider,
        name=cells.text("name").lower(),
        template=str(cells.cells.get("template") or ""),  # whole: `text` cuts what is long
        status=cast("Status", _STATUS_WORDS.get(written, written)),  # `checked` refuses any other word
        dated=dated,
        reference=cells.text("reference"),
    )


def _heading(table: PlainTable, field: str) -> str:
    return table.headings.get(field, field)


def _day(value: Any, written: str) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        day_first = _DAY.fullmatch(written)
        return date(*map(int, reversed(day_first.groups()))) if day_first else date.fromisoformat(written)
    except ValueError:
        return None
