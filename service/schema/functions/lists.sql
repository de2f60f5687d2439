-- Lists under way, and what is kept no longer than it may be.

-- Uploaded lists whose reading was lost on the way. No file outlives its day: what is older is deleted here, first, reported as
-- every other deletion is, and reading its import finds nothing and ends it.
CREATE OR REPLACE FUNCTION door_unread_imports() RETURNS TABLE (unit_id integer, import_id bigint)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH gone AS (DELETE FROM import_files f WHERE f.created_at < now() - interval '24 hours' RETURNING f.unit_id)
  INSERT INTO retention_runs (unit_id, rule, began_at, ended_at, counts)
    SELECT g.unit_id, 'files', now(), now(), jsonb_build_object('files', count(*)) FROM gone g GROUP BY g.unit_id;
  SELECT i.unit_id, i.id FROM imports i
   WHERE i.state = 'reading' AND i.created_at < now() - interval '5 seconds' ORDER BY i.id LIMIT 100
$$;

-- Units that were not gone through for retention since then.
CREATE OR REPLACE FUNCTION door_units_to_check(since timestamptz) RETURNS TABLE (unit_id integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT u.id FROM units u LEFT JOIN retention_checks c ON c.unit_id = u.id
   WHERE c.checked_at IS NULL OR c.checked_at < since ORDER BY u.id
$$;

REVOKE ALL ON FUNCTION door_unread_imports, door_units_to_check FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_unread_imports, door_units_to_check TO loa_worker;
