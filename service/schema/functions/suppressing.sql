-- Addresses that are not written to, for whoever took them off: what waits for them is stopped, what is planned leaves them out.
-- And a person who is erased, whose addresses are forgotten.

-- Addresses that units above the acting one have taken off: they hold for its sends, too. Keyed hashes, and none of a unit beside
-- it.
CREATE OR REPLACE FUNCTION door_suppressed_above() RETURNS TABLE (channel text, address_hash bytea, reason text)
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT s.channel, s.address_hash, s.reason
    FROM unit_closure above JOIN suppressions s ON s.unit_id = above.ancestor_id
   WHERE above.descendant_id = loa_unit() AND above.depth > 0
$$;

-- What offices between the acting unit and its lists have taken off, said for each unit they stand above. The acting unit may
-- read all of it itself, but for which unit stands below which.
CREATE OR REPLACE FUNCTION door_suppressed_between()
  RETURNS TABLE (unit_id integer, channel text, address_hash bytea, reason text)
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT under.descendant_id, s.channel, s.address_hash, s.reason
    FROM unit_closure office
    JOIN unit_closure under ON under.ancestor_id = office.descendant_id AND under.depth > 0
    JOIN suppressions s ON s.unit_id = office.descendant_id
   WHERE office.ancestor_id = loa_unit() AND office.depth > 0
$$;

-- The point of another unit that a broadcast may go on to when `here` no longer writes to the address: present there, of a unit
-- the broadcast is for, and not suppressed by it or by one above it. For the doors below; nobody is told of it.
CREATE OR REPLACE FUNCTION loa_point_elsewhere(broadcast bigint, of_channel text, hash bytea, here integer) RETURNS bigint
  LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT p.id
    FROM broadcasts b
    JOIN units named ON CASE WHEN jsonb_array_length(coalesce(b.audience -> 'units', '[]')) = 0 THEN named.id = b.unit_id
                             ELSE b.audience -> 'units' ? named.code END
    JOIN unit_closure below ON below.ancestor_id = named.id AND below.descendant_id <> here
    JOIN contact_points p ON p.unit_id = below.descendant_id AND p.audience IN ('parents', 'staff') AND p.channel = of_channel
                         AND p.address_hash = hash AND p.ended_by IS NULL
                         AND CASE p.audience WHEN 'parents' THEN coalesce((b.audience ->> 'parents')::boolean, true)
                                  ELSE (b.audience ->> 'staff')::boolean END
   WHERE b.id = broadcast AND NOT EXISTS (
     SELECT FROM unit_closure up JOIN suppressions s ON s.unit_id = up.ancestor_id
      WHERE up.descendant_id = p.unit_id AND s.channel = p.channel AND s.address_hash = p.address_hash
        AND (s.reason <> 'opt_out' OR b.urgency = 'advisory'))
   ORDER BY p.unit_id, p.id LIMIT 1
$$;

-- What still waits to be sent to these addresses, which the acting unit has just suppressed, because they stood on its list or
-- one below it, is not sent any more; an opt-out ends advisories only. What another unit wants sent there goes on, and the caller
-- is not told. Chunks before deliveries, in order: see door_free_chunks.
CREATE OR REPLACE FUNCTION door_stop_waiting(of_channel text, hashes bytea[], for_reason text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  SET enable_hashjoin = off SET enable_mergejoin = off AS $$  -- broadcast by broadcast, through the unique index
DECLARE
  broadcast_ids bigint[];
  numbers bigint[];
BEGIN
  SELECT array_agg(d.broadcast_id), array_agg(d.number) INTO broadcast_ids, numbers
    FROM broadcasts b JOIN deliveries d ON d.broadcast_id = b.id AND d.channel = of_channel AND d.address_hash = ANY (hashes)
   WHERE b.state IN ('sending', 'paused') AND (for_reason <> 'opt_out' OR b.urgency = 'advisory')
     AND d.recipient_unit IN (SELECT descendant_id FROM unit_closure WHERE ancestor_id = loa_unit()) AND d.state = 'waiting'
     AND loa_point_elsewhere(b.id, d.channel, d.address_hash, d.recipient_unit) IS NULL;
  PERFORM FROM delivery_chunks c
    WHERE (c.broadcast_id, c.chunk) IN (SELECT d.broadcast_id, d.chunk
                                        FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number)
                                          JOIN deliveries d USING (broadcast_id, number))
    ORDER BY c.broadcast_id, c.chunk FOR NO KEY UPDATE;
  UPDATE deliveries d SET state = 'not_sent', reason = 'suppressed', fault = NULL, finished_at = now(), retry_at = NULL
    FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number)
   WHERE d.broadcast_id = n.broadcast_id AND d.number = n.number AND d.state = 'waiting';
END $$;

-- What came back to `waiting` (a call that failed for now, a listing without it) after its address was suppressed or forgotten.
-- Asked when a chunk is leased again, by a worker acting for the broadcast's unit, which holds the chunk. By the address first:
-- hardly any is suppressed anywhere, and of the units above there are several.
CREATE OR REPLACE FUNCTION door_hold_suppressed(broadcast bigint, of_chunk integer) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
  UPDATE deliveries d SET state = 'not_sent', fault = NULL,
         reason = CASE d.address_sealed WHEN '' THEN 'address.forgotten' ELSE 'suppressed' END,
         finished_at = now(), retry_at = NULL
    FROM delivery_chunks c JOIN broadcasts b ON b.id = c.broadcast_id
   WHERE c.broadcast_id = broadcast AND c.chunk = of_chunk AND c.unit_id = loa_unit()
     AND d.broadcast_id = broadcast AND d.number BETWEEN c.first_number AND c.last_number AND d.state = 'waiting'
     AND (d.address_sealed = '' OR EXISTS (
            SELECT FROM suppressions s
             WHERE s.address_hash = d.address_hash AND s.channel = d.channel AND (s.reason <> 'opt_out' OR b.urgency = 'advisory')
               AND EXISTS (SELECT FROM unit_closure up WHERE up.ancestor_id = s.unit_id AND up.descendant_id = d.recipient_unit)
            OFFSET 0)  -- for each by itself
          AND loa_point_elsewhere(b.id, d.channel, d.address_hash, d.recipient_unit) IS NULL)
$$;

-- For a person who is erased: what was sent to their addresses from the acting unit's list keeps number, hash, times and record,
-- and loses the sealed address. What waits goes on to another unit that wants it sent, else is not sent. False, and nothing
-- changed, while one is under way or an SMS is in doubt: the carrier must still be asked for it by its address. Also while a
-- broadcast is being planned, which nobody sees yet: whoever plans holds the broadcast, and from here to the end of the caller's
-- transaction nobody does. One that may fall back is like one being planned: whoever makes new deliveries of it holds it.
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
    WHERE (c.broadcast_id, c.chunk) IN (SELECT d.broadcast_id, d.chunk
                                        FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number)
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

-- How an address that is dead, by the carrier of its channel, is called among those that are suppressed.
CREATE OR REPLACE FUNCTION dead_address(of_channel text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  CASE of_channel WHEN 'sms' THEN 'invalid' WHEN 'email' THEN 'hard_bounce' END;

-- Failed deliveries of the acting unit's broadcasts whose address is dead: suppressed for the unit whose list it came from. Who
-- crosses leaves a mark. Ordered, so that two batches cannot wait for each other in a ring.
--
-- Not where a carrier calls more than half of a chunk's addresses dead, twenty and more of them: then something is wrong with the
-- carrier or with our account, and parents would be written to by nobody any more. What it answers is held against all it took;
-- what its receipts say, which come later (it was accepted then), against those that say the opposite.
CREATE OR REPLACE FUNCTION door_suppress_dead(broadcast_ids bigint[], numbers bigint[]) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH dead AS (
    SELECT DISTINCT d.recipient_unit, d.channel, d.address_hash, dead_address(d.channel) AS reason
      FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number) JOIN deliveries d USING (broadcast_id, number)
      JOIN delivery_chunks c ON c.broadcast_id = d.broadcast_id AND c.chunk = d.chunk
     WHERE d.unit_id = loa_unit() AND d.state = 'failed' AND d.fault = 'dead_address'
       AND (c.failed < 20 OR c.failed <= c.delivered + CASE WHEN d.accepted_at IS NULL THEN c.accepted ELSE 0 END)
  ), added AS (
    INSERT INTO suppressions (unit_id, channel, address_hash, reason)
    SELECT recipient_unit, channel, address_hash, reason FROM dead ORDER BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING RETURNING unit_id, channel, reason)
  INSERT INTO audit_events (unit_id, at, action, subject_kind, subject_id, details)
  SELECT a.unit_id, now(), 'suppression.noticed', 'unit', u.code,
         jsonb_build_object('channel', a.channel, 'reason', a.reason, 'addresses', count(*))
    FROM added a JOIN units u ON u.id = a.unit_id GROUP BY a.unit_id, u.code, a.channel, a.reason
$$;

REVOKE ALL ON FUNCTION door_suppressed_above, door_suppressed_between, loa_point_elsewhere, door_stop_waiting,
  door_hold_suppressed, door_forget_deliveries, dead_address, door_suppress_dead FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_stop_waiting, door_forget_deliveries TO loa_web;
GRANT EXECUTE ON FUNCTION door_suppressed_above, door_suppressed_between TO loa_web, loa_worker;
GRANT EXECUTE ON FUNCTION door_hold_suppressed, dead_address, door_suppress_dead TO loa_worker;
