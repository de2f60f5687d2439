"""Sealing anew, under a unit's current data key, what a retired one sealed: a batch of one table at a time.

`SEALED` is the one list of what is sealed under data keys; a test holds it against the schema, so that no column is forgotten. A
batch's rows are held from reading to writing, so nothing that is written meanwhile is lost. Purposes stay as they are.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.bulk import ByteArray
from contact_registry.errors import Unsealable
from contact_registry.sealing.keys import DataKey

OF_CHANNEL = ""
"""The purpose of an address is the channel its row names."""


@dataclass(frozen=True, slots=True)
class SealedTable:
    """`columns`: their purposes by name. `key`: what tells its rows apart. `at_once`: rows of a batch."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...] = ("id",)
    at_once: int = 1_000


SEALED: tuple[SealedTable, ...] = (
    SealedTable("contacts", {"name_sealed": "name"}),
    SealedTable("contact_points", {"address_sealed": OF_CHANNEL}),
    SealedTable("enrolments", {"pupil_sealed": "name"}),
    SealedTable("consents", {"place_sealed": "consent-place"}),
    SealedTable("contact_looks", {"note_sealed": "look-note"}),
    SealedTable("accounts", {"email_sealed": "email", "name_sealed": "name"}),
    SealedTable("import_rows", {"sealed": "import-row"}, ("import_id", "position")),
    SealedTable("import_columns", {"sealed": "import-columns"}, ("import_id",), 50),
    SealedTable("import_files", {"sealed": "import-file"}, ("import_id",), 1),  # each up to 14 MB
)
"""Deliveries, which belong to whoever sent them, are resealed by service.deliveries.resealing."""

Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """`resealed` rows; `unopened`: rows left as they were because their key does not open them.
    `last`: None when there were no rows.
    """

    resealed: int
    unopened: int
    last: Place | None


async def reseal_batch(conn: AsyncConnection, table: SealedTable, old: DataKey, new: DataKey, *, after: Place | None) -> Batch:
    """Seals the next rows of a table anew, behind the place `after`. The transaction acts for the keys' unit."""
    names = ", ".join(table.key)
    by_channel = ", channel" if OF_CHANNEL in table.columns.values() else ""
    behind = f" AND ({names}) > ({', '.join(f':after{n}' for n in range(len(table.key)))})" if after else ""
    rows = (
        await conn.execute(
            text(
                f"SELECT {names}, {', '.join(table.columns)}{by_channel} FROM {table.name}"
                f" WHERE unit_id = :unit AND data_key_id = :old{behind} ORDER BY {names} LIMIT :most"
                " FOR NO KEY UPDATE SKIP LOCKED"
            ),
            {"unit": old.unit_id, "old": old.id, "most": table.at_once}
            | {f"after{n}": part for n, part in enumerate(after or ())},
        )
    ).all()
    if not rows:
        return Batch(0, 0, None)
    sealed = await asyncio.to_thread(_resealed, table, rows, old, new)
    # Row by row through the primary key, whatever the statistics say. The rows are held: nobody changed them since they were
    # read.
    await conn.execute(text("SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"))
    await conn.execute(
        text(
            f"UPDATE {table.name} t SET {', '.join(f'{column} = n.{column}' for column in table.columns)}, data_key_id = :new"
            f" FROM unnest({', '.join(f'CAST(:{part} AS bigint[])' for part in table.key)},"
            f" {', '.join(f'CAST(:{column} AS bytea[])' for column in table.columns)}) AS n ({names}, {', '.join(table.columns)})"
            f" WHERE {' AND '.join(f't.{part} = n.{part}' for part in table.key)}"
        ),
        {"new": new.id}
        | {part: [row[0][n] for row in sealed] for n, part in enumerate(table.key)}
        | {column: ByteArray(row[1][n] for row in sealed) for n, column in enumerate(table.columns)},
    )
    return Batch(len(sealed), len(rows) - len(sealed), tuple(rows[-1][: len(table.key)]))


def _resealed(table: SealedTable, rows: Sequence[Any], old: DataKey, new: DataKey) -> list[tuple[Place, list[bytes | None]]]:
    """(place, sealed columns) of every row that opens."""
    made: list[tuple[Place, list[bytes | None]]] = []
    for row in rows:
        try:
            cells = [reseal(getattr(row, column), old, new, purpose or row.channel) for column, purpose in table.columns.items()]
        except Unsealable:
            continue
        made.append((tuple(row[: len(table.key)]), cells))
    return made


def reseal(sealed: bytes | None, old: DataKey, new: DataKey, purpose: str) -> bytes | None:
    """Seals the same under another key. Raises `Unsealable`."""
    return None if sealed is None else new.seal(old.unseal(sealed, purpose), purpose)


async def left_under(conn: AsyncConnection, unit_id: int, key_id: int) -> dict[str, int]:
    """Counts the rows still sealed under a key, by table; tables with none are left out."""
    counts = ", ".join(
        f"(SELECT count(*) FROM {table.name} WHERE unit_id = :unit AND data_key_id = :key) AS {table.name}" for table in SEALED
    )
    found = (await conn.execute(text(f"SELECT {counts}"), {"unit": unit_id, "key": key_id})).mappings().one()
    return {name: count for name, count in found.items() if count}
