-- Keys: those of the deployment, those that sign, and the rotation of data keys. Everything leaves here sealed by the master key.

CREATE OR REPLACE FUNCTION door_deployment_key(wanted text) RETURNS bytea
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT wrapped FROM deployment_keys WHERE purpose = wanted
$$;

-- The look-up side needs one key and gets one.
CREATE OR REPLACE FUNCTION door_lookup_number_key() RETURNS bytea
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT wrapped FROM deployment_keys WHERE purpose = 'lookup_number'
$$;

-- The key that signs for the acting unit: its own, else the nearest above it.
CREATE OR REPLACE FUNCTION door_signing_key(wanted text, at timestamptz)
  RETURNS TABLE (kid text, unit_id integer, public_key bytea, private_sealed bytea)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT k.kid, k.unit_id, k.public_key, k.private_sealed
    FROM unit_closure c JOIN signing_keys k ON k.unit_id = c.ancestor_id
   WHERE c.descendant_id = loa_unit() AND k.purpose = wanted AND k.revoked_at IS NULL
     AND k.valid_from <= at AND (k.valid_to IS NULL OR k.valid_to > at)
   ORDER BY c.depth, k.valid_from DESC LIMIT 1
$$;

CREATE OR REPLACE FUNCTION door_public_keys()
  RETURNS TABLE (kid text, unit_code text, purpose text, public_key bytea, valid_from timestamptz,
                 valid_to timestamptz, revoked_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT k.kid, u.code, k.purpose, k.public_key, k.valid_from, k.valid_to, k.revoked_at
    FROM signing_keys k JOIN units u ON u.id = k.unit_id ORDER BY k.valid_from, k.kid
$$;

-- A first data key for each of the units, at or below the acting one, that has none.
CREATE OR REPLACE FUNCTION door_first_data_keys(units integer[], wraps bytea[]) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO data_keys (unit_id, wrapped)
    SELECT a.unit, a.wrap FROM unnest(units, wraps) AS a (unit, wrap)
      JOIN unit_closure c ON c.descendant_id = a.unit AND c.ancestor_id = loa_unit()
    ON CONFLICT DO NOTHING
$$;

-- Rotations under way: ids and times.
CREATE OR REPLACE FUNCTION door_key_rotations()
  RETURNS TABLE (unit_id integer, data_key_id bigint, list_clear_at timestamptz, clear_since timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT r.unit_id, r.data_key_id, r.list_clear_at, r.clear_since FROM key_rotations r
   WHERE r.deleted_at IS NULL AND r.stopped_at IS NULL ORDER BY r.began_at, r.data_key_id
$$;

-- Chunks that may hold deliveries under a retired key: of the key's unit and of those above it, not gone through since the unit's
-- list was clear (what is planned from a clear list is sealed with the new key).
CREATE OR REPLACE FUNCTION door_chunks_to_reseal(at_most integer)
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
CREATE OR REPLACE FUNCTION door_count_resealed(keys bigint[], counts bigint[]) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE key_rotations r SET resealed = r.resealed + n.count
    FROM unnest(keys, counts) AS n (key, count) WHERE r.data_key_id = n.key AND r.deleted_at IS NULL
$$;

-- Those of the keys that still seal a delivery, of whatever sender: deliveries do not refer to keys, so this is asked before one
-- goes.
CREATE OR REPLACE FUNCTION door_keys_of_deliveries(keys bigint[]) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT DISTINCT d.data_key_id FROM deliveries d WHERE d.data_key_id = ANY (keys) AND d.address_sealed <> ''
$$;

REVOKE ALL ON FUNCTION door_deployment_key, door_lookup_number_key, door_signing_key, door_public_keys, door_first_data_keys,
  door_key_rotations, door_chunks_to_reseal, door_count_resealed, door_keys_of_deliveries
  FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_signing_key, door_first_data_keys TO loa_web;
GRANT EXECUTE ON FUNCTION door_deployment_key TO loa_web, loa_worker;
GRANT EXECUTE ON FUNCTION door_key_rotations, door_chunks_to_reseal, door_count_resealed, door_keys_of_deliveries TO loa_worker;
GRANT EXECUTE ON FUNCTION door_lookup_number_key TO loa_lookup;
GRANT EXECUTE ON FUNCTION door_public_keys TO loa_web, loa_worker, loa_lookup;
