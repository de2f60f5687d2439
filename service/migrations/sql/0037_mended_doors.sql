-- Doors as they stand now; the earlier files are what homes were made with and do not change.

-- From a day on, another name, parent or end for a unit below the acting one, or for the topmost itself. The past keeps its names.
CREATE OR REPLACE FUNCTION door_revise_unit(revised integer, new_name text, below integer, starts date, ends date,
                                 by_account bigint, by_key bigint, at timestamptz) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE was integer;
BEGIN
  LOCK TABLE unit_closure IN SHARE ROW EXCLUSIVE MODE;  -- one change of the tree at a time; readers do not wait
  IF NOT EXISTS (SELECT FROM unit_closure WHERE ancestor_id = loa_unit() AND descendant_id = revised) THEN
    RAISE EXCEPTION 'the unit does not stand below the acting unit';
  END IF;
  SELECT ancestor_id INTO was FROM unit_closure WHERE descendant_id = revised AND depth = 1;
  IF revised = loa_unit() AND was IS NOT NULL THEN
    RAISE EXCEPTION 'what a unit is called and how long it stands is said by the unit above it';
  END IF;
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

-- For a person who is erased: what was sent to their addresses from the acting unit's list keeps number, hash, times and record, and
-- loses the sealed address. What waits goes on to another unit that wants it sent, else is not sent. False, and nothing changed, while
-- one is under way or an SMS is in doubt: the carrier must still be asked for it by its address. Also while a broadcast is being planned,
-- which nobody sees yet: whoever plans holds the broadcast, and from here to the end of the caller's transaction nobody does.
-- One that may fall back (0038) is like one being planned: whoever makes new deliveries of it holds it.
CREATE OR REPLACE FUNCTION door_forget_deliveries(of_channel text, hashes bytea[]) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  SET enable_hashjoin = off SET enable_mergejoin = off AS $$  -- broadcast by broadcast, through the unique index
DECLARE
  broadcast_ids bigint[];
  numbers bigint[];
  to_plan bigint[];
BEGIN
  SELECT array_agg(b.id) INTO to_plan FROM unit_closure up JOIN broadcasts b ON b.unit_id = up.ancestor_id
   WHERE up.descendant_id = loa_unit()
     AND (b.planned_at IS NULL AND b.state IN ('pending_approval', 'approved', 'paused')
          OR b.planned_at IS NOT NULL AND b.fallback IS NOT NULL AND b.state <> 'cancelled' AND b.expires_at > now());
  IF (SELECT count(*) FROM (SELECT FROM broadcasts b WHERE b.id = ANY (to_plan) FOR SHARE SKIP LOCKED) AS free)
     < cardinality(to_plan) THEN
    RETURN false;
  END IF;
  SELECT array_agg(d.broadcast_id), array_agg(d.number) INTO broadcast_ids, numbers
    FROM broadcasts b JOIN deliveries d ON d.broadcast_id = b.id AND d.channel = of_channel AND d.address_hash = ANY (hashes)
   WHERE b.planned_at IS NOT NULL AND d.recipient_unit = loa_unit();
  PERFORM FROM delivery_chunks c
    WHERE (c.broadcast_id, c.chunk) IN (SELECT d.broadcast_id, d.chunk FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number)
                                          JOIN deliveries d USING (broadcast_id, number))
    ORDER BY c.broadcast_id, c.chunk FOR NO KEY UPDATE;
  IF EXISTS (SELECT FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number) JOIN deliveries d USING (broadcast_id, number)
              WHERE d.state = 'calling' OR d.state = 'uncertain' AND d.channel = 'sms' AND d.address_sealed <> '') THEN
    RETURN false;
  END IF;
  UPDATE deliveries d SET recipient_unit = p.unit_id, address_sealed = p.address_sealed, data_key_id = p.data_key_id
    FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number), contact_points p
   WHERE d.broadcast_id = n.broadcast_id AND d.number = n.number AND d.state = 'waiting'
     AND p.id = loa_point_elsewhere(d.broadcast_id, d.channel, d.address_hash, d.recipient_unit);
  UPDATE deliveries d SET address_sealed = '',
      state       = CASE d.state WHEN 'waiting' THEN 'not_sent' ELSE d.state END,
      reason      = CASE d.state WHEN 'waiting' THEN 'address.forgotten' ELSE d.reason END,
      finished_at = CASE d.state WHEN 'waiting' THEN now() ELSE d.finished_at END,
      retry_at    = NULL
    FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number)
   WHERE d.broadcast_id = n.broadcast_id AND d.number = n.number AND d.recipient_unit = loa_unit();
  RETURN true;
END $$;

-- Whoever belongs to a unit that has ended acts for nobody. One that is yet to begin may get ready.
CREATE OR REPLACE FUNCTION door_api_key(hash bytea)
  RETURNS TABLE (api_key_id bigint, account_id bigint, unit_id integer, unit_code text, roles text[], scopes text[], language text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT k.id, a.id, k.unit_id, u.code, a.roles, k.scopes, a.language
    FROM api_keys k JOIN accounts a ON a.id = k.account_id JOIN units u ON u.id = k.unit_id
   WHERE k.key_hash = hash AND k.revoked_at IS NULL AND a.disabled_at IS NULL
     AND (k.expires_at IS NULL OR k.expires_at > now())
     AND EXISTS (SELECT FROM unit_versions v WHERE v.unit_id = k.unit_id
                    AND (v.valid_to IS NULL OR v.valid_to > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date))
$$;
