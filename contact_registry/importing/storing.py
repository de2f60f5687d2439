"""A checked list in the database: its rows sealed as JSON until a person applies them, its problems in the open (they name nobody)."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.errors import Unsealable
from contact_registry.importing.checked import CheckedList, CheckedRow
from contact_registry.sealing import DataKey

_PURPOSE = "import-row"

_ROWS = text(
    "INSERT INTO import_rows (import_id, unit_id, data_key_id, position, sheet, row, class_name, grade, sealed)"
    " SELECT :import, :unit, :key, * FROM unnest(CAST(:positions AS int[]), CAST(:sheets AS text[]), CAST(:rows AS int[]),"
    " CAST(:classes AS text[]), CAST(:grades AS text[]), CAST(:sealed AS bytea[]))"
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
        "sealed": [
            key.seal(orjson.dumps({"pupil": row.pupil, "phones": row.phones, "emails": row.emails}).decode(), _PURPOSE)
            for row in rows
        ],
    }


async def load_rows(conn: AsyncConnection, import_id: int, keys: Mapping[int, DataKey]) -> list[CheckedRow]:
    """The stored rows in the order of the file. `keys` by id must hold all that sealed them, else `Unsealable`."""
    found = await conn.execute(
        text(
            "SELECT sheet, row, class_name, grade, data_key_id, sealed FROM import_rows WHERE import_id = :import ORDER BY position"
        ),
        {"import": import_id},
    )
    return await asyncio.to_thread(_unsealed, found.all(), keys)


def _unsealed(found: Sequence[Any], keys: Mapping[int, DataKey]) -> list[CheckedRow]:
    rows = []
    for row in found:
        if row.data_key_id not in keys:
            raise Unsealable(_PURPOSE)
        people = orjson.loads(keys[row.data_key_id].unseal(row.sealed, _PURPOSE))
        phones = tuple((role, number) for role, number in people["phones"])
        rows.append(
            CheckedRow(row.sheet, row.row, row.class_name or "", row.grade, people["pupil"], phones, tuple(people["emails"]))
        )
    return rows


async def row_key_ids(conn: AsyncConnection, import_id: int) -> list[int]:
    """Ids of the data keys that sealed an import's rows."""
    found = await conn.execute(
        text("SELECT DISTINCT data_key_id FROM import_rows WHERE import_id = :import"), {"import": import_id}
    )
    return list(found.scalars())
