-- How a broadcast ends, and what goes on after its end. The sweeper's doors: what should exist compared with what does, from the
-- database alone. Each answers with ids.

-- What will not leave any more, chunk by chunk: waiting in a cancelled broadcast, or in one that has expired while it was sent.
-- How many. Chunks first, in their order, as everybody locks them.
CREATE OR REPLACE FUNCTION door_drop_waiting(at_most integer) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  stopped record;
  here bigint;
  dropped bigint := 0;
BEGIN
  FOR stopped IN
    SELECT c.broadcast_id, c.chunk, c.first_number, c.last_number,
           CASE b.state WHEN 'cancelled' THEN coalesce(b.pause_reason, 'broadcast.cancelled') ELSE 'broadcast.overdue' END
           AS reason
      FROM delivery_chunks c JOIN broadcasts b ON b.id = c.broadcast_id
     WHERE c.waiting > 0 AND (b.state = 'cancelled' OR b.state = 'sending' AND b.expires_at <= now())
     ORDER BY c.broadcast_id, c.chunk LIMIT at_most FOR NO KEY UPDATE OF c SKIP LOCKED
  LOOP
    UPDATE deliveries d SET state = 'not_sent', reason = stopped.reason, fault = NULL, finished_at = now(), retry_at = NULL
     WHERE d.broadcast_id = stopped.broadcast_id AND d.number BETWEEN stopped.first_number AND stopped.last_number
       AND d.state = 'waiting';
    GET DIAGNOSTICS here = ROW_COUNT;
    dropped := dropped + here;
  END LOOP;
  RETURN dropped;
END $$;

-- Paused for longer than the warning is good for.
CREATE OR REPLACE FUNCTION door_overdue_broadcasts() RETURNS TABLE (unit_id integer, broadcast_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT b.unit_id, b.id FROM broadcasts b WHERE b.state = 'paused' AND b.expires_at <= now() ORDER BY b.id LIMIT 100
$$;

-- Sending, with nothing left to do; what is to fall back is something left to do. An email in doubt is a person's to decide and
-- does not keep it open, nor does an SMS in doubt a day behind the warning's end (door_doubtful_chunks).
CREATE OR REPLACE FUNCTION door_finished_broadcasts() RETURNS TABLE (unit_id integer, broadcast_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT b.unit_id, b.id FROM broadcasts b
   WHERE b.state = 'sending' AND NOT EXISTS (
     SELECT FROM delivery_chunks c WHERE c.broadcast_id = b.id
        AND (c.waiting > 0 OR c.calling > 0 OR (c.uncertain > 0 AND c.channel = 'sms' AND b.expires_at > now() - interval '1 day'
          AND EXISTS (SELECT FROM deliveries d
                       WHERE d.broadcast_id = c.broadcast_id AND d.number BETWEEN c.first_number AND c.last_number
                         AND d.state = 'uncertain' AND d.listed_at IS DISTINCT FROM 'infinity'))))
     AND NOT EXISTS (SELECT FROM fallbacks_due f WHERE f.broadcast_id = b.id)
   LIMIT 100
$$;

-- Completed, and yet something of it waits: a worker that was taken for dead gave back an email that had been in doubt, and in
-- doubt it does not keep its broadcast open.
CREATE OR REPLACE FUNCTION door_unfinished_broadcasts() RETURNS TABLE (unit_id integer, broadcast_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT DISTINCT b.unit_id, b.id FROM delivery_chunks c JOIN broadcasts b ON b.id = c.broadcast_id
   WHERE c.waiting > 0 AND b.state = 'completed' LIMIT 100
$$;

-- Deliveries of the acting unit's broadcast wait again, by a person's word: all that failed, or those in doubt of a channel, or
-- the one named. What is no longer kept cannot be sent; whose number is dead keeps the reason why it failed: it would only be
-- held back, and say that it was suppressed. How many.
CREATE OR REPLACE FUNCTION door_wait_again(broadcast bigint, was text, of_channel text, only_number bigint) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  of_chunk record;
  here bigint;
  again bigint := 0;
BEGIN
  IF was NOT IN ('failed', 'uncertain') THEN RAISE EXCEPTION 'only what failed or is in doubt is sent again'; END IF;
  FOR of_chunk IN
    SELECT c.chunk, c.first_number, c.last_number FROM delivery_chunks c
     WHERE c.broadcast_id = broadcast AND c.unit_id = loa_unit() AND (of_channel IS NULL OR c.channel = of_channel)
       AND CASE was WHEN 'failed' THEN c.failed ELSE c.uncertain END > 0
       AND (only_number IS NULL OR only_number BETWEEN c.first_number AND c.last_number)
     ORDER BY c.chunk FOR NO KEY UPDATE
  LOOP
    UPDATE deliveries d SET state = 'waiting', reason = NULL, fault = NULL, retry_at = NULL,
           finished_at = NULL, accepted_at = NULL,
           absences = 0, listed_at = NULL
     WHERE d.broadcast_id = broadcast AND d.number BETWEEN of_chunk.first_number AND of_chunk.last_number AND d.state = was
       AND d.address_sealed <> '' AND (only_number IS NULL OR d.number = only_number)
       AND NOT (was = 'failed' AND d.fault = 'dead_address' AND EXISTS (
         SELECT FROM suppressions s WHERE s.unit_id = d.recipient_unit AND s.channel = d.channel
            AND s.address_hash = d.address_hash
            AND s.reason = dead_address(d.channel)));
    GET DIAGNOSTICS here = ROW_COUNT;
    again := again + here;
    UPDATE delivery_chunks c SET not_before = NULL, nudged_at = NULL
     WHERE here > 0 AND c.broadcast_id = broadcast AND c.chunk = of_chunk.chunk;
  END LOOP;
  RETURN again;
END $$;

-- Broadcasts of units above that mean the acting unit's list: what their public records say, and how far each is as a whole, in
-- quarters, of a small one only whether it has ended. No delivery and no other unit's part in it leaves this door. A drill is
-- nobody's business below.
CREATE OR REPLACE FUNCTION door_broadcasts_received(before bigint, at_most integer)
  RETURNS TABLE (id bigint, record_id uuid, public_serial bigint, kind text, urgency text, title text, issuer text,
                 issuer_name text,
                 approved_at timestamptz, state text, audience jsonb, quarters integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT b.id, b.record_id, r.public_number, b.kind, b.urgency, b.title, u.code,
         (SELECT v.name FROM unit_versions v WHERE v.unit_id = u.id AND v.valid_from <= b.approved_at::date
           ORDER BY v.valid_from DESC LIMIT 1),
         b.approved_at, b.state, b.audience - 'units',
         CASE WHEN b.state = 'completed' THEN 4 WHEN coalesce(sent.total, 0) < 100 THEN 0
              ELSE least(3, 4 * sent.done / sent.total) END::integer
    FROM unit_closure above
    JOIN broadcasts b ON b.unit_id = above.ancestor_id
    JOIN units u ON u.id = b.unit_id
    JOIN records r ON r.id = b.record_id
    CROSS JOIN LATERAL (
      SELECT sum(c.accepted + c.delivered + c.failed + c.not_sent) AS done,
             sum(c.waiting + c.calling + c.accepted + c.delivered + c.failed + c.not_sent + c.uncertain) AS total
        FROM delivery_chunks c WHERE c.broadcast_id = b.id) AS sent
   WHERE above.descendant_id = loa_unit() AND above.depth > 0 AND NOT b.drill AND b.id < coalesce(before, 9223372036854775807)
     AND (jsonb_array_length(coalesce(b.audience -> 'units', '[]')) = 0
          OR EXISTS (SELECT FROM unit_closure mine JOIN units named ON named.id = mine.ancestor_id
                      WHERE mine.descendant_id = loa_unit() AND b.audience -> 'units' ? named.code))
   ORDER BY b.id DESC LIMIT at_most
$$;

REVOKE ALL ON FUNCTION door_drop_waiting, door_overdue_broadcasts, door_finished_broadcasts, door_unfinished_broadcasts,
  door_wait_again, door_broadcasts_received FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_wait_again, door_broadcasts_received TO loa_web;
GRANT EXECUTE ON FUNCTION door_drop_waiting, door_overdue_broadcasts, door_finished_broadcasts, door_unfinished_broadcasts
  TO loa_worker;
