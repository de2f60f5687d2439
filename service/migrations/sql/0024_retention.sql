-- Retention: what was deleted, when, by which rule. The rules are data in service/retention/rules.py.

-- Counts grow with every batch, in the transaction that deletes: they are true whenever a run is killed, and the next goes on with them.
CREATE TABLE retention_runs (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id   integer NOT NULL REFERENCES units,
  rule      text NOT NULL,
  began_at  timestamptz NOT NULL,
  ended_at  timestamptz,
  counts    jsonb NOT NULL                   -- {"contacts": 12, "addresses": 15}
);
CREATE INDEX retention_runs_unit ON retention_runs (unit_id, id);
CREATE UNIQUE INDEX retention_runs_open ON retention_runs (unit_id, rule) WHERE ended_at IS NULL;

-- When every rule was last gone through for a unit, whether there was anything to delete or not.
CREATE TABLE retention_checks (
  unit_id     integer PRIMARY KEY REFERENCES units,
  checked_at  timestamptz NOT NULL
);
SELECT loa_protect(t, true) FROM unnest(ARRAY['retention_runs', 'retention_checks']) AS t;
GRANT SELECT ON retention_runs, retention_checks TO loa_web;
GRANT SELECT, INSERT, UPDATE ON retention_runs, retention_checks TO loa_worker;

GRANT SELECT, DELETE ON invitations TO loa_worker;

-- Units that were not gone through since then.
CREATE FUNCTION door_units_to_check(since timestamptz) RETURNS TABLE (unit_id integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT u.id FROM units u LEFT JOIN retention_checks c ON c.unit_id = u.id
   WHERE c.checked_at IS NULL OR c.checked_at < since ORDER BY u.id
$$;
REVOKE ALL ON FUNCTION door_units_to_check(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_units_to_check(timestamptz) TO loa_worker;

-- The addresses of a chunk's deliveries are forgotten, 180 days after their broadcast ended.
ALTER TABLE delivery_chunks ADD COLUMN forgotten_at timestamptz;

-- As in 0007, but nobody can be asked about an SMS whose address is no longer kept.
CREATE OR REPLACE FUNCTION door_doubtful_chunks(listed_before timestamptz) RETURNS TABLE (unit_id integer, broadcast_id bigint, chunk integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT c.unit_id, c.broadcast_id, c.chunk
    FROM delivery_chunks c CROSS JOIN LATERAL (
      SELECT min(coalesce(d.listed_at, '-infinity')) AS listed_at FROM deliveries d
       WHERE d.broadcast_id = c.broadcast_id AND d.number BETWEEN c.first_number AND c.last_number AND d.state = 'uncertain'
         AND d.address_sealed <> '') AS oldest
   WHERE c.uncertain > 0 AND c.channel = 'sms' AND oldest.listed_at <= listed_before
   ORDER BY oldest.listed_at, c.broadcast_id, c.chunk LIMIT 50
$$;

-- As in 0007, but a file deleted for its age is reported as every other deletion is.
CREATE OR REPLACE FUNCTION door_unread_imports() RETURNS TABLE (unit_id integer, import_id bigint)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH gone AS (DELETE FROM import_files f WHERE f.created_at < now() - interval '24 hours' RETURNING f.unit_id)
  INSERT INTO retention_runs (unit_id, rule, began_at, ended_at, counts)
    SELECT g.unit_id, 'files', now(), now(), jsonb_build_object('files', count(*)) FROM gone g GROUP BY g.unit_id;
  SELECT i.unit_id, i.id FROM imports i
   WHERE i.state = 'reading' AND i.created_at < now() - interval '5 seconds' ORDER BY i.id LIMIT 100
$$;
