-- Rotation of data keys: what a retired key sealed is sealed anew in the background, and the key is then deleted.

-- One row a retired key. It outlives the key, as proof: so it does not refer to it.
CREATE TABLE key_rotations (
  unit_id        integer NOT NULL REFERENCES units,
  data_key_id    bigint NOT NULL,
  began_at       timestamptz NOT NULL,
  stopped_at     timestamptz,                -- by a person; null: goes on
  resealed       bigint NOT NULL DEFAULT 0,  -- rows
  list_clear_at  timestamptz,                -- nothing but deliveries was left under the key
  clear_since    timestamptz,                -- nothing at all
  deleted_at     timestamptz,                -- the key is gone
  PRIMARY KEY (unit_id, data_key_id)
);
CREATE INDEX key_rotations_open ON key_rotations (data_key_id) WHERE deleted_at IS NULL;
SELECT loa_protect('key_rotations', true);
GRANT SELECT, UPDATE ON key_rotations TO loa_worker;

-- When a chunk's deliveries were last gone through for retired keys.
ALTER TABLE delivery_chunks ADD COLUMN resealed_at timestamptz;

-- What is sealed is found by its key, and a key is deleted only if nothing is: both without reading whole tables.
CREATE INDEX contact_points_key ON contact_points (data_key_id);
CREATE INDEX enrolments_key ON enrolments (data_key_id) WHERE data_key_id IS NOT NULL;
CREATE INDEX contacts_key ON contacts (data_key_id) WHERE data_key_id IS NOT NULL;
CREATE INDEX consents_key ON consents (data_key_id) WHERE data_key_id IS NOT NULL;
CREATE INDEX contact_looks_key ON contact_looks (data_key_id) WHERE data_key_id IS NOT NULL;
CREATE INDEX import_rows_key ON import_rows (data_key_id);

-- The workers may write a sealed column and the key it names, and nothing else of these. Of a look, not even read more.
GRANT UPDATE (name_sealed, data_key_id) ON contacts TO loa_worker;
GRANT UPDATE (address_sealed, data_key_id) ON contact_points TO loa_worker;
GRANT UPDATE (pupil_sealed, data_key_id) ON enrolments TO loa_worker;
GRANT UPDATE (place_sealed, data_key_id) ON consents TO loa_worker;
GRANT SELECT (id, unit_id, note_sealed, data_key_id), UPDATE (note_sealed, data_key_id) ON contact_looks TO loa_worker;
GRANT UPDATE (sealed, data_key_id) ON import_rows, import_columns, import_files TO loa_worker;
GRANT UPDATE (email_sealed, name_sealed, data_key_id) ON accounts TO loa_worker;
GRANT DELETE ON data_keys TO loa_worker;

-- Rotations under way: ids and times.
CREATE FUNCTION door_key_rotations()
  RETURNS TABLE (unit_id integer, data_key_id bigint, list_clear_at timestamptz, clear_since timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT r.unit_id, r.data_key_id, r.list_clear_at, r.clear_since FROM key_rotations r
   WHERE r.deleted_at IS NULL AND r.stopped_at IS NULL ORDER BY r.began_at, r.data_key_id
$$;

-- Chunks that may hold deliveries under a retired key: of the key's unit and of those above it, not gone through since the unit's list
-- was clear (what is planned from a clear list is sealed with the new key).
CREATE FUNCTION door_chunks_to_reseal(at_most integer)
  RETURNS TABLE (unit_id integer, broadcast_id bigint, chunk integer, first_number bigint, last_number bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT c.unit_id, c.broadcast_id, c.chunk, c.first_number, c.last_number
    FROM (SELECT a.ancestor_id, max(r.list_clear_at) AS since
            FROM key_rotations r JOIN unit_closure a ON a.descendant_id = r.unit_id
           WHERE r.list_clear_at IS NOT NULL AND r.clear_since IS NULL AND r.deleted_at IS NULL AND r.stopped_at IS NULL
           GROUP BY a.ancestor_id) AS sender
    JOIN delivery_chunks c ON c.unit_id = sender.ancestor_id
   WHERE c.forgotten_at IS NULL AND (c.resealed_at IS NULL OR c.resealed_at < sender.since)
   ORDER BY c.broadcast_id, c.chunk LIMIT at_most
$$;

-- A sender's deliveries are counted for the keys of the units they went to.
CREATE FUNCTION door_count_resealed(keys bigint[], counts bigint[]) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE key_rotations r SET resealed = r.resealed + n.count
    FROM unnest(keys, counts) AS n (key, count) WHERE r.data_key_id = n.key AND r.deleted_at IS NULL
$$;

-- Those of the keys that still seal a delivery, of whatever sender: deliveries do not refer to keys, so this is asked before one goes.
CREATE FUNCTION door_keys_of_deliveries(keys bigint[]) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT DISTINCT d.data_key_id FROM deliveries d WHERE d.data_key_id = ANY (keys) AND d.address_sealed <> ''
$$;

REVOKE ALL ON FUNCTION door_key_rotations(), door_chunks_to_reseal(integer), door_count_resealed(bigint[], bigint[]),
  door_keys_of_deliveries(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_key_rotations(), door_chunks_to_reseal(integer), door_count_resealed(bigint[], bigint[]),
  door_keys_of_deliveries(bigint[]) TO loa_worker;
