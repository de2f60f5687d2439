-- Doors: the few questions an application login may ask across units. Each is one narrow SECURITY DEFINER function;
-- everything else goes through row-level security (0008). A door returns ids and sealed bytes, never a person.

CREATE FUNCTION door_api_key(hash bytea)
  RETURNS TABLE (api_key_id bigint, account_id bigint, unit_id integer, unit_code text, roles text[], scopes text[], language text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT k.id, a.id, k.unit_id, u.code, a.roles, k.scopes, a.language
    FROM api_keys k JOIN accounts a ON a.id = k.account_id JOIN units u ON u.id = k.unit_id
   WHERE k.key_hash = hash AND k.revoked_at IS NULL AND a.disabled_at IS NULL
     AND (k.expires_at IS NULL OR k.expires_at > now())
$$;

CREATE FUNCTION door_deployment_key(wanted text) RETURNS bytea
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT wrapped FROM deployment_keys WHERE purpose = wanted
$$;

-- The look-up side needs one key and gets one.
CREATE FUNCTION door_lookup_number_key() RETURNS bytea
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT wrapped FROM deployment_keys WHERE purpose = 'lookup_number'
$$;

-- The key that signs for the acting unit: its own, else the nearest above it.
CREATE FUNCTION door_signing_key(wanted text, at timestamptz)
  RETURNS TABLE (kid text, unit_id integer, public_key bytea, private_sealed bytea)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT k.kid, k.unit_id, k.public_key, k.private_sealed
    FROM unit_closure c JOIN signing_keys k ON k.unit_id = c.ancestor_id
   WHERE c.descendant_id = loa_unit() AND k.purpose = wanted AND k.revoked_at IS NULL
     AND k.valid_from <= at AND (k.valid_to IS NULL OR k.valid_to > at)
   ORDER BY c.depth, k.valid_from DESC LIMIT 1
$$;

CREATE FUNCTION door_public_keys()
  RETURNS TABLE (kid text, unit_code text, purpose text, public_key bytea, valid_from timestamptz, valid_to timestamptz, revoked_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT k.kid, u.code, k.purpose, k.public_key, k.valid_from, k.valid_to, k.revoked_at
    FROM signing_keys k JOIN units u ON u.id = k.unit_id ORDER BY k.valid_from, k.kid
$$;

-- One contiguous block for the acting unit. The counter row is held until the caller's transaction ends: keep that one short.
CREATE FUNCTION door_reserve_numbers(how_many bigint, for_record uuid, for_purpose text) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE start bigint;
BEGIN
  IF loa_unit() IS NULL THEN RAISE EXCEPTION 'no acting unit'; END IF;
  IF how_many < 1 THEN RAISE EXCEPTION 'a block holds at least one number'; END IF;
  UPDATE number_counter SET next_number = next_number + how_many RETURNING next_number - how_many INTO start;
  INSERT INTO number_blocks (first_number, last_number, unit_id, record_id, purpose)
    VALUES (start, start + how_many - 1, loa_unit(), for_record, for_purpose);
  RETURN start;
END $$;

CREATE FUNCTION door_heartbeat(worker uuid, worker_lane text, started timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO worker_heartbeats VALUES (worker, worker_lane, started, now())
    ON CONFLICT (worker_id) DO UPDATE SET seen_at = now()
$$;

CREATE FUNCTION door_workers_seen() RETURNS TABLE (lane text, seen_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT lane, max(seen_at) FROM worker_heartbeats GROUP BY lane
$$;

-- Takes unrelayed commands, oldest first. The caller queues them and commits; if it dies before, they are taken again.
CREATE FUNCTION door_take_outbox(at_most integer)
  RETURNS TABLE (id bigint, unit_id integer, lane text, command text, payload jsonb)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE outbox o SET relayed_at = now()
   WHERE o.id IN (SELECT i.id FROM outbox i WHERE i.relayed_at IS NULL ORDER BY i.id LIMIT at_most FOR UPDATE SKIP LOCKED)
  RETURNING o.id, o.unit_id, o.lane, o.command, o.payload
$$;
