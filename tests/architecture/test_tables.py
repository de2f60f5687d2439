"""SQL stays at home: a table is written by its own domain, or by a door of the database."""

import re
from pathlib import Path

from tests.architecture.sources import modules, strings

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
TABLES = Path(__file__).parents[2] / "service/schema/tables"
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


def test_the_pages_and_the_look_up_side_hold_no_sql() -> None:
    told = [
        (module, line)
        for module, path in modules()
        if module.startswith("service.web")
        for line, text in strings(path)
        if re.search(r"\b(?:SELECT|INSERT|UPDATE|DELETE)\b", text)
    ]
    assert told == []
