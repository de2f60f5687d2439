"""A checked list in the database: its rows sealed as JSON until a person applies them, its problems in the open (they name nobody)."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.errors import Unsealable
from contact_registry.importing.checked import CheckedCell, CheckedList, CheckedRow
from contact_registry.importing.headings import Field, ListOf
from contact_registry.importing.rows import make_row
from contact_registry.sealing import DataKey

_PURPOSE = "import-row"

_ROWS = text(
    "INSERT INTO import_rows (import_id, unit_id, data_key_id, position, sheet, row, class_name, grade, to_fix, sealed)"
    " SELECT :import, :unit, :key, * FROM unnest(CAST(:positions AS int[]), CAST(:sheets AS text[]), CAST(:rows AS int[]),"
    " CAST(:classes AS text[]), CAST(:grades AS text[]), CAST(:to_fix AS boolean[]), CAST(:sealed AS bytea[]))"
)
_PROBLEMS = text(
    "INSERT INTO import_problems (import_id, unit_id, sheet, row, column_name, code, severity)"
    " SELECT :import, :unit, sheet, row, column_name, code, severity"
    " FROM unnest(CAST(:sheets AS text[]), CAST(:rows AS int[]), CAST(:columns AS text[]), CAST(:codes AS text[]),"
    " CAST(:severities AS text[])) WITH ORDINALITY AS p (sheet, row, column_name, code, severity, place) ORDER BY place"
)


async def store_checked(
    conn: AsyncConnection, import_id: int, unit_id: int, checked: CheckedList, data_key: DataKey, *, keep_rows: bool = True
) -> None:
    """Stores problems and, unless `keep_rows` is False (a dry run), the rows. Two statements, whatever the size."""
    problems = checked.problems
    await conn.execute(
        _PROBLEMS,
        {
            "import": import_id,
            "unit": unit_id,
            "sheets": [p.sheet for p in problems],
            "rows": [p.row for p in problems],
            "columns": [p.column for p in problems],
            "codes": [p.code for p in problems],
            "severities": [p.severity for p in problems],
        },
    )
    if keep_rows:
        await conn.execute(_ROWS, await asyncio.to_thread(_row_values, import_id, unit_id, checked.rows, data_key))


def _row_values(import_id: int, unit_id: int, rows: Sequence[CheckedRow], key: DataKey) -> dict[str, Any]:
    return {
        "import": import_id,
        "unit": unit_id,
        "key": key.id,
        "positions": list(range(len(rows))),
        "sheets": [row.sheet for row in rows],
        "rows": [row.row for row in rows],
        "classes": [row.class_name for row in rows],
        "grades": [row.grade for row in rows],
        "to_fix": [row.to_fix for row in rows],
        "sealed": [_sealed(row, key) for row in rows],
    }


def _sealed(row: CheckedRow, key: DataKey) -> bytes:
    return key.seal(orjson.dumps([tuple(cell) for cell in row.cells]).decode(), _PURPOSE)


async def load_rows(conn: AsyncConnection, import_id: int, keys: Mapping[int, DataKey], *, of: ListOf) -> list[CheckedRow]:
    """The stored rows in the order of the file. `keys` by id must hold all that sealed them, else `Unsealable`."""
    found = await conn.execute(
        text("SELECT sheet, row, data_key_id, sealed FROM import_rows WHERE import_id = :import ORDER BY position"),
        {"import": import_id},
    )
    return await asyncio.to_thread(_unsealed, found.all(), keys, of)


def _unsealed(found: Sequence[Any], keys: Mapping[int, DataKey], of: ListOf) -> list[CheckedRow]:
    rows = []
    for row in found:
        if row.data_key_id not in keys:
            raise Unsealable(_PURPOSE)
        cells = [
            CheckedCell(heading, Field(field), role, written, tuple(values), tuple(codes))
            for heading, field, role, written, values, codes in orjson.loads(keys[row.data_key_id].unseal(row.sealed, _PURPOSE))
        ]
        rows.append(make_row(row.sheet, row.row, cells, of=of))
    return rows


async def row_key_ids(conn: AsyncConnection, import_id: int) -> list[int]:
    """Ids of the data keys that sealed an import's rows."""
    found = await conn.execute(
        text("SELECT DISTINCT data_key_id FROM import_rows WHERE import_id = :import"), {"import": import_id}
    )
    return list(found.scalars())
