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

-- A unit's code is public: every record and message names it. A school may so learn its parent's.
CREATE FUNCTION door_unit_code(unit integer) RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT code FROM units WHERE id = unit
$$;

-- Those of the named units that stand in the acting unit's tree, each with everything that stands below it on that day.
CREATE FUNCTION door_units_below(codes text[], on_day date) RETURNS TABLE (asked text, unit_id integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT u.code, below.descendant_id
    FROM units u
    JOIN unit_closure mine ON mine.descendant_id = u.id AND mine.ancestor_id = loa_unit()
    JOIN unit_closure below ON below.ancestor_id = u.id
   WHERE u.code = ANY (codes)
     AND EXISTS (SELECT FROM unit_versions v WHERE v.unit_id = below.descendant_id AND v.valid_from <= on_day
                    AND (v.valid_to IS NULL OR v.valid_to > on_day))
$$;

-- Makes a unit below the acting one. Null: the code is taken (perhaps where the caller cannot see). Who crosses leaves a mark.
CREATE FUNCTION door_create_unit(new_code text, new_level text, new_name text, below integer, starts date, ends date,
                                 by_account bigint, by_key bigint, at timestamptz) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE made integer;
BEGIN
  LOCK TABLE unit_closure IN SHARE ROW EXCLUSIVE MODE;  -- one change of the tree at a time; readers do not wait
  IF NOT EXISTS (SELECT FROM unit_closure WHERE ancestor_id = loa_unit() AND descendant_id = below) THEN
    RAISE EXCEPTION 'the parent does not stand below the acting unit';
  END IF;
  INSERT INTO units (code, level, created_at) VALUES (new_code, new_level, at) ON CONFLICT (code) DO NOTHING RETURNING id INTO made;
  IF made IS NULL THEN RETURN NULL; END IF;
  INSERT INTO unit_versions VALUES (made, new_name, below, starts, ends);
  INSERT INTO unit_closure SELECT ancestor_id, made, depth + 1 FROM unit_closure WHERE descendant_id = below
    UNION ALL SELECT made, made, 0;
  INSERT INTO audit_events (unit_id, at, account_id, api_key_id, action, subject_kind, subject_id, details)
    VALUES (loa_unit(), at, by_account, by_key, 'unit.created', 'unit', new_code, jsonb_build_object('level', new_level));
  RETURN made;
END $$;

-- From a day on, another name, parent or end for a unit at or below the acting one. The past keeps its names.
CREATE FUNCTION door_revise_unit(revised integer, new_name text, below integer, starts date, ends date,
                                 by_account bigint, by_key bigint, at timestamptz) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE was integer;
BEGIN
  LOCK TABLE unit_closure IN SHARE ROW EXCLUSIVE MODE;  -- one change of the tree at a time; readers do not wait
  IF NOT EXISTS (SELECT FROM unit_closure WHERE ancestor_id = loa_unit() AND descendant_id = revised) THEN
    RAISE EXCEPTION 'the unit does not stand below the acting unit';
  END IF;
  SELECT ancestor_id INTO was FROM unit_closure WHERE descendant_id = revised AND depth = 1;
  IF below IS DISTINCT FROM was THEN
    IF NOT EXISTS (SELECT FROM unit_closure WHERE ancestor_id = loa_unit() AND descendant_id = below)
       OR EXISTS (SELECT FROM unit_closure WHERE ancestor_id = revised AND descendant_id = below) OR revised = loa_unit() THEN
      RAISE EXCEPTION 'the parent does not stand below the acting unit, or stands below the unit itself';
    END IF;
    -- Everything at or below the unit leaves its old ancestors and gets the new parent's.
    DELETE FROM unit_closure c
      WHERE c.descendant_id IN (SELECT descendant_id FROM unit_closure WHERE ancestor_id = revised)
        AND c.ancestor_id NOT IN (SELECT descendant_id FROM unit_closure WHERE ancestor_id = revised);
    INSERT INTO unit_closure
      SELECT above.ancestor_id, under.descendant_id, above.depth + under.depth + 1
        FROM unit_closure above, unit_closure under
       WHERE above.descendant_id = below AND under.ancestor_id = revised;
  END IF;
  DELETE FROM unit_versions WHERE unit_id = revised AND valid_from >= starts;
  UPDATE unit_versions SET valid_to = starts WHERE unit_id = revised AND (valid_to IS NULL OR valid_to > starts);
  INSERT INTO unit_versions VALUES (revised, new_name, below, starts, ends);
  INSERT INTO audit_events (unit_id, at, account_id, api_key_id, action, subject_kind, subject_id, details)
    SELECT loa_unit(), at, by_account, by_key, 'unit.revised', 'unit', code, jsonb_build_object('valid_from', starts, 'valid_to', ends,
           'parent', (SELECT p.code FROM units p WHERE p.id = below)) FROM units WHERE id = revised;
END $$;

-- The sweeper's doors: what should exist compared with what does, from the database alone. Each answers with ids.

-- Approved, due, and not yet planned.
CREATE FUNCTION door_due_broadcasts() RETURNS TABLE (unit_id integer, broadcast_id bigint, lane text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT b.unit_id, b.id, CASE b.urgency WHEN 'advisory' THEN 'bulk' ELSE 'urgent' END
    FROM broadcasts b
   WHERE b.state = 'approved' AND b.planned_at IS NULL AND (b.send_at IS NULL OR b.send_at <= now())
   ORDER BY b.id LIMIT 100
$$;

-- Everybody locks a chunk before its deliveries, chunks in their order: nobody waits for another in a ring.
-- Frees chunks whose worker is gone (no heartbeat for 8 s: it beats every 2) or whose lease is over; what it was calling is
-- uncertain from here on. Also what stayed `calling` in a chunk nobody holds.
CREATE FUNCTION door_free_chunks() RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  lost record;
  freed bigint := 0;
BEGIN
  FOR lost IN
    SELECT c.broadcast_id, c.chunk, c.first_number, c.last_number, c.calling
      FROM delivery_chunks c
     WHERE (waiting > 0 OR calling > 0 OR uncertain > 0)
       AND (c.lease_until < now()
            OR c.holder IS NOT NULL AND NOT EXISTS (
                 SELECT FROM worker_heartbeats h WHERE h.worker_id = c.holder AND h.seen_at > now() - interval '8 seconds')
            OR c.holder IS NULL AND c.calling > 0 AND c.changed_at < now() - interval '30 seconds')
     ORDER BY c.broadcast_id, c.chunk FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    UPDATE delivery_chunks c SET holder = NULL, lease_until = NULL, nudged_at = NULL
     WHERE c.broadcast_id = lost.broadcast_id AND c.chunk = lost.chunk;
    IF lost.calling > 0 THEN
      UPDATE deliveries d SET state = 'uncertain', reason = 'worker.lost'
       WHERE d.broadcast_id = lost.broadcast_id AND d.number BETWEEN lost.first_number AND lost.last_number AND d.state = 'calling';
    END IF;
    freed := freed + 1;
  END LOOP;
  RETURN freed;
END $$;

-- Chunks with work that nobody holds, urgent lane first, and marks them as asked for: not again for 5 seconds.
CREATE FUNCTION door_idle_chunks(at_most integer)
  RETURNS TABLE (unit_id integer, broadcast_id bigint, chunk integer, lane text, claims integer)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE delivery_chunks c SET nudged_at = now()
   WHERE (c.broadcast_id, c.chunk) IN (
     SELECT i.broadcast_id, i.chunk
       FROM delivery_chunks i JOIN broadcasts b ON b.id = i.broadcast_id AND b.state = 'sending'
      WHERE i.waiting > 0 AND i.holder IS NULL AND (i.not_before IS NULL OR i.not_before <= now())
        AND (i.nudged_at IS NULL OR i.nudged_at < now() - interval '5 seconds')
      ORDER BY i.lane DESC, i.broadcast_id, i.chunk LIMIT at_most FOR NO KEY UPDATE OF i SKIP LOCKED)
  RETURNING c.unit_id, c.broadcast_id, c.chunk, c.lane, c.claims
$$;

-- Chunks with SMS whose fate the provider can be asked for, and was not asked for lately. Whoever waited longest comes first.
CREATE FUNCTION door_doubtful_chunks(listed_before timestamptz) RETURNS TABLE (unit_id integer, broadcast_id bigint, chunk integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT c.unit_id, c.broadcast_id, c.chunk
    FROM delivery_chunks c CROSS JOIN LATERAL (
      SELECT min(coalesce(d.listed_at, '-infinity')) AS listed_at FROM deliveries d
       WHERE d.broadcast_id = c.broadcast_id AND d.number BETWEEN c.first_number AND c.last_number AND d.state = 'uncertain') AS oldest
   WHERE c.uncertain > 0 AND c.channel = 'sms' AND oldest.listed_at <= listed_before
   ORDER BY oldest.listed_at, c.broadcast_id, c.chunk LIMIT 50
$$;

-- Sending, with nothing left to do. An email in doubt is a person's to decide and does not keep it open.
CREATE FUNCTION door_finished_broadcasts() RETURNS TABLE (unit_id integer, broadcast_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT b.unit_id, b.id FROM broadcasts b
   WHERE b.state = 'sending' AND NOT EXISTS (
     SELECT FROM delivery_chunks c WHERE c.broadcast_id = b.id
        AND (c.waiting > 0 OR c.calling > 0 OR (c.uncertain > 0 AND c.channel = 'sms')))
   LIMIT 100
$$;

CREATE FUNCTION door_units_with_receipts() RETURNS TABLE (unit_id integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT DISTINCT r.unit_id FROM receipts_inbox r
$$;

-- Uploaded lists whose reading was lost on the way. No file outlives its day: what is older is deleted here, first, and reading
-- its import finds nothing and ends it.
CREATE FUNCTION door_unread_imports() RETURNS TABLE (unit_id integer, import_id bigint)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  DELETE FROM import_files f WHERE f.created_at < now() - interval '24 hours';
  SELECT i.unit_id, i.id FROM imports i
   WHERE i.state = 'reading' AND i.created_at < now() - interval '5 seconds' ORDER BY i.id LIMIT 100
$$;

-- What has had its day: workers long gone, commands long relayed, answers kept for a repeat that will not come.
CREATE FUNCTION door_clear_away() RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  DELETE FROM worker_heartbeats WHERE seen_at < now() - interval '1 day';
  DELETE FROM outbox WHERE relayed_at < now() - interval '1 day';
  DELETE FROM idempotency_keys WHERE created_at < now() - interval '7 days';
$$;
