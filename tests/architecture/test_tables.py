"""SQL stays at home: a table is written by its own domain, or by a door of the database, and read there or by rooms above.

A room that reads a table of a room above it depends on that room, though it imports nothing of it.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import ROOT, modules, strings, tree_of

# Who may write each table: package, or a list of them where a use case next door was given the task.
WRITERS = {
    "units": {"service.units"},
    "unit_versions": {"service.units"},
    "unit_closure": {"service.units"},
    "data_keys": {"contact_registry"},
    "deployment_keys": {"service.keyring"},
    "accounts": {"service.accounts"},
    "api_keys": {"service.accounts"},
    "invitations": {"service.accounts"},
    "idempotency_keys": {"service.api"},
    "audit_events": {"service.audit"},
    "outbox": {"service.outbox"},
    "imports": {"service.contacts", "contact_registry"},
    "import_files": {"service.contacts", "contact_registry"},
    "import_rows": {"contact_registry", "service.contacts"},
    "import_problems": {"contact_registry", "service.contacts"},
    "import_columns": {"contact_registry", "service.contacts"},
    "column_meanings": {"service.contacts"},
    "import_changes": {"contact_registry"},
    "contacts": {"contact_registry"},
    "contact_points": {"contact_registry"},
    "enrolments": {"contact_registry"},
    "suppressions": {"contact_registry"},
    "consents": {"contact_registry"},
    "contact_looks": {"service.contacts"},
    "data_rules": {"service.readiness"},
    "protection_leads": {"service.readiness"},
    "verification_cards": {"service.readiness"},
    "retention_runs": {"service.retention"},
    "retention_checks": {"service.retention"},
    "key_rotations": {"service.rotation"},
    "takedowns": {"service.readiness"},
    "takedown_statements": {"service.readiness"},
    "registered_texts": {"service.registered_texts"},
    "unregistered_texts": {"service.registered_texts"},
    "sms_scripts": {"service.registered_texts"},
    "carrier_troubles": set[str](),  # by door
    "carrier_accounts": set[str](),  # by door
    "signing_keys": {"service.keyring"},
    "records": {"service.records"},
    "record_revocations": {"service.records"},
    "messages_of_day": set[str](),  # by door
    "test_contacts": {"service.broadcasts"},
    "number_blocks": set[str](),  # by door
    "number_counter": set[str](),  # by door
    "lost_numbers": set[str](),  # by settle_restored
    "broadcasts": {"service.broadcasts"},
    "deliveries": {"service.deliveries"},
    "delivery_chunks": {"service.deliveries"},
    "receipts_inbox": {"service.deliveries"},
    "delivery_turns": set[str](),  # by door
    "failures_met": {"service.deliveries"},
    "fallbacks_due": {"service.deliveries"},
    "worker_heartbeats": set[str](),  # by door
    "schema_state": {"service.schema"},
}
# Who else reads a table: those without a home, and what is looked at from below, each with its reason.
READERS = {
    "number_blocks": {"service.records"},  # opening a number, as the door that reserves them wrote it
    "number_counter": {"service.backups"},  # the highest number that was given out goes into the manifest
    "schema_state": {"service.backups"},  # an archive is restored into the schema it was made of
}
TABLES = Path(__file__).parents[2] / "service/schema/tables"
_READS = re.compile(r"\b(?:FROM|JOIN)\s+((?:[a-z_]+(?:\s+(?:AS\s+)?[a-z]{1,2})?\s*,\s*)*[a-z_]+)")
_WRITES = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE|COPY)\s+([a-z_]+)")


def test_every_table_has_a_home() -> None:
    schema = "".join(file.read_text(encoding="utf-8") for file in sorted(TABLES.glob("*.sql")))
    tables = set(re.findall(r"^CREATE TABLE (\w+) \(", schema, re.MULTILINE))
    assert set(WRITERS) == tables


def test_each_table_is_written_only_at_home() -> None:
    strangers = [
        (table, module, line)
        for module, path in modules()
        if not module.startswith("service.schema")
        for line, text in strings(path)
        for table in _WRITES.findall(text)
        if table in WRITERS and not any(module.startswith(home) for home in WRITERS[table])
    ]
    assert strangers == []


def _rings() -> list[set[str]]:
    """The rings of `service`, the outermost first, as the import rules have them; then the registry."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["id"] == "service-rings")
    return [
        {"workers"},
        *({f"service.{room.strip()}" for room in layer.split("|")} for layer in layers),
        {"contact_registry"},
    ]


def _ring(module: str, rings: list[set[str]]) -> tuple[int, str]:
    """How far in a module stands, and the name of its room."""
    room = module if module in {"workers", "contact_registry"} else ".".join(module.split(".")[:2])
    room = "workers" if room.startswith("workers") else "contact_registry" if room.startswith("contact_registry") else room
    return next((depth, room) for depth, ring in enumerate(rings) if room in ring)


def _read(path: Path) -> Iterator[tuple[int, str]]:
    """Each table that a module reads, with the line: in its SQL, or named for SQLAlchemy."""
    for line, text in strings(path):
        for names in _READS.findall(text):
            yield from ((line, name.split()[0]) for name in re.split(r"\s*,\s*", names))
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.lower() == "table":
            yield from ((node.lineno, str(name.value)) for name in node.args[:1] if isinstance(name, ast.Constant))


def test_each_table_is_read_at_home_or_by_a_room_above() -> None:
    rings = _rings()
    below = []
    for module, path in modules():
        if module in {"service", "service.__main__"}:
            continue
        depth, room = _ring(module, rings)
        for line, table in _read(path):
            homes = [_ring(home, rings) for home in WRITERS.get(table, ())]
            allowed = room in READERS.get(table, ()) or any(room == home or depth < at for at, home in homes)
            if table in WRITERS and not allowed:
                below.append((table, module, line))
    assert below == []


def test_every_exception_is_still_read() -> None:
    read = {(name, ".".join(module.split(".")[:2])) for module, path in modules() for _, name in _read(path)}
    assert {(table, room) for table, rooms in READERS.items() for room in rooms} <= read


def test_the_pages_and_the_look_up_side_hold_no_sql() -> None:
    told = [
        (module, line)
        for module, path in modules()
        if module.startswith("service.web")
        for line, text in strings(path)
        if re.search(r"\b(?:SELECT|INSERT|UPDATE|DELETE)\b", text)
    ]
    assert told == []
