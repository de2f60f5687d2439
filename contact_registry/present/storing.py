"""A checked list in the database: its rows and sample cells sealed until a person applies them, its problems in the open (they
name nobody).
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.bulk import ByteArray, Column
from contact_registry.errors import Unsealable
from contact_registry.headings.meanings import Field, ListOf
from contact_registry.lists.checked import CheckedCell, CheckedList, CheckedRow, Problem, SeenColumn
from contact_registry.lists.rows import make_row
from contact_registry.sealing.keys import DataKey, MasterKey, data_keys
from contact_registry.spreadsheets.legacy_text import LegacyText

_PURPOSE = "import-row"
_COLUMNS = "import-columns"
_FIELDS = {field.value: field for field in Field}

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
    """Stores problems, columns and, unless `keep_rows` is False (a dry run), the rows.
    What an earlier reading left goes first.
    """
    await clear_checked(conn, import_id)
    await _add_problems(conn, import_id, unit_id, checked.problems)
    await store_columns(conn, import_id, data_key, checked.columns, checked.legacy)
    if keep_rows:
        await conn.execute(_ROWS, await asyncio.to_thread(_row_values, import_id, unit_id, checked.rows, data_key))


async def clear_checked(conn: AsyncConnection, import_id: int) -> None:
    """Deletes rows, columns and problems of an import."""
    for table in ("import_rows", "import_columns", "import_problems"):
        await conn.execute(text(f"DELETE FROM {table} WHERE import_id = :import"), {"import": import_id})


async def clear_people(conn: AsyncConnection, import_id: int) -> None:
    """Deletes what names people: rows and sample cells. The problems, which name nobody, stay."""
    for table in ("import_rows", "import_columns"):
        await conn.execute(text(f"DELETE FROM {table} WHERE import_id = :import"), {"import": import_id})


async def store_columns(
    conn: AsyncConnection, import_id: int, data_key: DataKey, columns: Sequence[SeenColumn], legacy: LegacyText | None = None
) -> None:
    """Stores what the columns were taken for, sealed: their samples are people's."""
    seen = {"columns": [tuple(column) for column in columns], "legacy": legacy and [legacy.encoding, legacy.samples]}
    await conn.execute(
        text("INSERT INTO import_columns (import_id, unit_id, data_key_id, sealed) VALUES (:import, :unit, :key, :sealed)"),
        {
            "import": import_id,
            "unit": data_key.unit_id,
            "key": data_key.id,
            "sealed": await asyncio.to_thread(data_key.seal, orjson.dumps(seen).decode(), _COLUMNS),
        },
    )


async def load_columns(
    conn: AsyncConnection, import_id: int, master: MasterKey
) -> tuple[tuple[SeenColumn, ...], LegacyText | None]:
    """Loads what `store_columns` stored; nothing once the list is applied."""
    row = (
        await conn.execute(
            text("SELECT data_key_id, sealed FROM import_columns WHERE import_id = :import"), {"import": import_id}
        )
    ).one_or_none()
    if row is None:
        return (), None
    key = (await data_keys(conn, master, [row.data_key_id]))[row.data_key_id]
    seen = orjson.loads(key.unseal(row.sealed, _COLUMNS))
    columns = tuple(
        SeenColumn(sheet, row, letter, heading, Field(field), role, said, tuple(samples))
        for sheet, row, letter, heading, field, role, said, samples in seen["columns"]
    )
    legacy = LegacyText(seen["legacy"][0], tuple((a, b) for a, b in seen["legacy"][1])) if seen["legacy"] else None
    return columns, legacy


async def replace_rows(
    conn: AsyncConnection, import_id: int, unit_id: int, rows: Sequence[CheckedRow], changed: Collection[int], data_key: DataKey
) -> None:
    """Stores the rows at these positions anew, and the problems of all rows. Those of columns and sheets stay."""
    places = sorted(changed)
    await conn.execute(
        text(
            "UPDATE import_rows r"
            " SET class_name = n.class_name, grade = n.grade, to_fix = n.to_fix, sealed = n.sealed, data_key_id = :key"
            " FROM unnest(CAST(:positions AS int[]), CAST(:classes AS text[]), CAST(:grades AS text[]),"
            " CAST(:to_fix AS boolean[]),"
            "   CAST(:sealed AS bytea[])) AS n (position, class_name, grade, to_fix, sealed)"
            " WHERE r.import_id = :import AND r.position = n.position"
        ),
        {
            "import": import_id,
            "key": data_key.id,
            "positions": Column(places),
            "classes": Column(rows[place].class_name for place in places),
            "grades": Column(rows[place].grade for place in places),
            "to_fix": Column(rows[place].to_fix for place in places),
            "sealed": await asyncio.to_thread(lambda: ByteArray(_sealed(rows[place], data_key) for place in places)),
        },
    )
    await conn.execute(
        text(
            "DELETE FROM import_problems WHERE import_id = :import AND code <> 'row.hidden'"
            " AND code NOT LIKE ALL (ARRAY['column.%', 'text.%', 'sheet.%'])"
        ),
        {"import": import_id},
    )
    await _add_problems(conn, import_id, unit_id, [problem for row in rows for problem in row.problems])


async def _add_problems(conn: AsyncConnection, import_id: int, unit_id: int, problems: Sequence[Problem]) -> None:
    await conn.execute(
        _PROBLEMS,
        {
            "import": import_id,
            "unit": unit_id,
            "sheets": Column(p.sheet for p in problems),
            "rows": Column(p.row for p in problems),
            "columns": Column(p.column for p in problems),
            "codes": Column(p.code for p in problems),
            "severities": Column(p.severity for p in problems),
        },
    )


def _row_values(import_id: int, unit_id: int, rows: Sequence[CheckedRow], key: DataKey) -> dict[str, Any]:
    return {
        "import": import_id,
        "unit": unit_id,
        "key": key.id,
        "positions": Column(range(len(rows))),
        "sheets": Column(row.sheet for row in rows),
        "rows": Column(row.row for row in rows),
        "classes": Column(row.class_name for row in rows),
        "grades": Column(row.grade for row in rows),
        "to_fix": Column(row.to_fix for row in rows),
        "sealed": ByteArray(_sealed(row, key) for row in rows),
    }


def _sealed(row: CheckedRow, key: DataKey) -> bytes:
    return key.seal(orjson.dumps([tuple(cell) for cell in row.cells]).decode(), _PURPOSE)


async def load_rows(conn: AsyncConnection, import_id: int, keys: Mapping[int, DataKey], *, of: ListOf) -> list[CheckedRow]:
    """Loads the stored rows in the order of the file. `keys` by id must hold all that sealed them, else `Unsealable`."""
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
            CheckedCell(heading, _FIELDS[field], role, written, tuple(values), tuple(codes))
            for heading, field, role, written, values, codes in orjson.loads(keys[row.data_key_id].unseal(row.sealed, _PURPOSE))
        ]
        rows.append(make_row(row.sheet, row.row, cells, of=of))
    return rows


async def row_key_ids(conn: AsyncConnection, import_id: int) -> list[int]:
    """Ids of the data keys that may open an import's rows: those that sealed them, and the current one, for which they may be
    sealed anew before they are read.
    """
    found = await conn.execute(
        text(
            "SELECT data_key_id FROM import_rows WHERE import_id = :import UNION"
            " SELECT k.id FROM data_keys k JOIN imports i ON i.unit_id = k.unit_id WHERE i.id = :import AND k.retired_at IS NULL"
        ),
        {"import": import_id},
    )
    return list(found.scalars())
