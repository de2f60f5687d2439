-- Who may see what. Three application logins, none of which owns a table. Every table with a unit shows only the acting
-- unit's rows; without an acting unit it shows none. Reading below one's unit must be asked for ('loa.scope' = 'subtree')
-- and is granted only where a list below needs it.

DO $$
DECLARE
  t text;
  column_of jsonb := '{"units": "id", "unit_closure": "ancestor_id"}';
  scoped text[] := ARRAY['units', 'unit_versions', 'unit_closure', 'data_keys', 'accounts', 'api_keys', 'idempotency_keys',
    'audit_events', 'outbox', 'imports', 'import_files', 'import_rows', 'import_problems', 'contacts', 'contact_points',
    'enrolments', 'suppressions', 'signing_keys', 'records', 'number_blocks', 'broadcasts', 'deliveries', 'delivery_chunks',
    'receipts_inbox'];
  below text[] := ARRAY['units', 'unit_versions', 'data_keys', 'imports', 'contacts', 'contact_points', 'enrolments',
    'suppressions', 'broadcasts'];
  unit_column text;
BEGIN
  FOREACH t IN ARRAY scoped LOOP
    unit_column := coalesce(column_of ->> t, 'unit_id');
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    -- (SELECT loa_unit()) is computed once for the statement, not once for the row.
    EXECUTE format('CREATE POLICY acting_unit ON %I TO loa_web, loa_worker USING (%I = (SELECT loa_unit())) WITH CHECK (%I = (SELECT loa_unit()))',
                   t, unit_column, unit_column);
    IF t = ANY (below) THEN
      EXECUTE format('CREATE POLICY below_unit ON %I FOR SELECT TO loa_web, loa_worker USING ((SELECT loa_subtree()) AND %I IN
        (SELECT descendant_id FROM unit_closure WHERE ancestor_id = (SELECT loa_unit())))', t, unit_column);
    END IF;
  END LOOP;
END $$;

-- What has no unit of its own is reached through doors only.
ALTER TABLE deployment_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE number_counter ENABLE ROW LEVEL SECURITY;
ALTER TABLE worker_heartbeats ENABLE ROW LEVEL SECURITY;

CREATE POLICY public_reading ON records FOR SELECT TO loa_lookup USING (true);
CREATE POLICY public_reading ON number_blocks FOR SELECT TO loa_lookup USING (true);

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION loa_unit(), loa_subtree() TO loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION delivery_moves() TO loa_worker;
GRANT EXECUTE ON FUNCTION door_api_key(bytea), door_workers_seen(), door_signing_key(text, timestamptz) TO loa_web;
GRANT EXECUTE ON FUNCTION door_deployment_key(text), door_reserve_numbers(bigint, uuid, text) TO loa_web, loa_worker;
GRANT EXECUTE ON FUNCTION door_lookup_number_key() TO loa_lookup;
GRANT EXECUTE ON FUNCTION door_public_keys() TO loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_heartbeat(uuid, text, timestamptz), door_take_outbox(integer), door_due_broadcasts(),
  door_free_chunks(), door_idle_chunks(integer), door_doubtful_chunks(timestamptz), door_finished_broadcasts(), door_units_with_receipts(),
  door_unread_imports(), door_clear_away() TO loa_worker;

GRANT EXECUTE ON FUNCTION door_unit_code(integer), door_units_below(text[], date) TO loa_web, loa_worker;
GRANT EXECUTE ON FUNCTION door_create_unit(text, text, text, integer, date, date, bigint, bigint, timestamptz),
  door_revise_unit(integer, text, integer, date, date, bigint, bigint, timestamptz) TO loa_web;

GRANT USAGE ON SCHEMA public TO loa_web, loa_worker, loa_lookup;
GRANT SELECT ON records, number_blocks TO loa_lookup;

GRANT SELECT ON units, unit_versions, unit_closure, data_keys, accounts, api_keys, imports, import_rows, import_problems,
  contacts, contact_points, enrolments, suppressions, records, number_blocks, broadcasts TO loa_web, loa_worker;
GRANT INSERT ON audit_events, outbox, data_keys TO loa_web, loa_worker;
GRANT SELECT ON audit_events, outbox TO loa_web;
GRANT SELECT, INSERT, UPDATE ON idempotency_keys TO loa_web;
GRANT INSERT, UPDATE ON accounts, api_keys TO loa_web;
GRANT INSERT, UPDATE ON imports, broadcasts TO loa_web;
GRANT UPDATE ON imports, broadcasts TO loa_worker;
GRANT SELECT, INSERT ON import_files TO loa_web;
GRANT SELECT, DELETE ON import_files TO loa_worker;
GRANT INSERT ON import_rows, import_problems TO loa_worker;
GRANT INSERT, UPDATE ON contacts, contact_points, enrolments TO loa_web;
GRANT DELETE ON import_rows TO loa_web;
GRANT INSERT, DELETE ON suppressions TO loa_web;
GRANT INSERT ON suppressions TO loa_worker;
GRANT INSERT ON records TO loa_web;
GRANT SELECT ON deliveries, delivery_chunks TO loa_web;
GRANT SELECT, INSERT, UPDATE ON deliveries, delivery_chunks TO loa_worker;
GRANT INSERT ON receipts_inbox TO loa_web;
GRANT SELECT, UPDATE, DELETE ON receipts_inbox TO loa_worker;  -- update: to lock what it takes
