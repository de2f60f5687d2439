-- What a chunk asks of the database, each in one way there and back: alone on a connection it is its own transaction.

-- Leases a free chunk of a broadcast that is being sent, and says what is to be sent of it; nothing where it is not to be had.
CREATE FUNCTION claim_chunk(
  acting_unit integer, of_broadcast bigint, of_chunk integer, by_worker uuid, lease_seconds integer, most_a_day integer,
  OUT on_channel text, OUT by_record uuid, OUT claimed integer, OUT numbers bigint[], OUT key_ids bigint[], OUT addresses bytea[])
  LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off  -- by the key whatever the statistics say: they are old while a big send runs
AS $$
DECLARE
  lease record;
BEGIN
  PERFORM set_config('loa.unit', acting_unit::text, true), set_config('loa.scope', '', true);
  UPDATE delivery_chunks c SET holder = by_worker, lease_until = now() + make_interval(secs => lease_seconds), claims = c.claims + 1,
         not_before = NULL
    FROM broadcasts b
   WHERE c.broadcast_id = of_broadcast AND c.chunk = of_chunk AND c.waiting > 0 AND (c.holder IS NULL OR c.lease_until < now())
     AND (c.not_before IS NULL OR c.not_before <= now()) AND b.id = c.broadcast_id AND b.state = 'sending'
     AND (b.waits_until IS NULL OR b.waits_until <= now())
  RETURNING c.channel, b.record_id, c.claims, c.first_number, c.last_number, b.expires_at <= now() AS overdue INTO lease;
  IF NOT FOUND THEN  -- not while it is paused: it takes its turn again when it goes on
    UPDATE delivery_chunks c SET nudged_at = NULL
     WHERE c.broadcast_id = of_broadcast AND c.chunk = of_chunk AND c.holder IS NULL AND c.nudged_at IS NOT NULL;
    RETURN;
  END IF;
  IF lease.overdue THEN
    UPDATE deliveries d SET state = 'not_sent', reason = 'broadcast.overdue', finished_at = now()
     WHERE d.broadcast_id = of_broadcast AND d.number BETWEEN lease.first_number AND lease.last_number AND d.state = 'waiting';
  END IF;
  -- Whoever was taken off while this was planned, or called and came back to wait, is not written to.
  PERFORM door_hold_suppressed(of_broadcast, of_chunk);
  IF most_a_day > 0 THEN
    PERFORM door_hold_frequent(of_broadcast, of_chunk, most_a_day);
  END IF;
  SELECT array_agg(w.number), array_agg(w.data_key_id), array_agg(w.address_sealed) INTO numbers, key_ids, addresses
    FROM (SELECT d.number, d.data_key_id, d.address_sealed FROM deliveries d
           WHERE d.broadcast_id = of_broadcast AND d.number BETWEEN lease.first_number AND lease.last_number AND d.state = 'waiting'
             AND (d.retry_at IS NULL OR d.retry_at <= now()) ORDER BY d.number) AS w;
  on_channel := lease.channel;
  by_record := lease.record_id;
  claimed := lease.claims;
END $$;

-- Gives a chunk back; if some of it waits for another try, not before the first of those is due. `rests_until`: nor before then, and none of
-- the broadcast's other chunks on this channel, for no provider may be called.
CREATE FUNCTION release_chunk(
  acting_unit integer, of_broadcast bigint, of_chunk integer, by_worker uuid, of_claims integer, of_channel text, rests_until timestamptz)
  RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off
AS $$
BEGIN
  PERFORM set_config('loa.unit', acting_unit::text, true), set_config('loa.scope', '', true);
  UPDATE delivery_chunks c SET holder = NULL, lease_until = NULL, nudged_at = NULL,
         not_before = CASE WHEN c.waiting > 0 THEN greatest(rests_until, (
           SELECT CASE WHEN bool_or(d.retry_at IS NULL) THEN NULL ELSE min(d.retry_at) END FROM deliveries d
            WHERE d.broadcast_id = c.broadcast_id AND d.number BETWEEN c.first_number AND c.last_number AND d.state = 'waiting')) END
   WHERE c.broadcast_id = of_broadcast AND c.chunk = of_chunk AND c.holder = by_worker AND c.claims = of_claims;
  IF rests_until IS NOT NULL THEN  -- one statement here instead of a lease for each of them
    UPDATE delivery_chunks c SET not_before = rests_until WHERE (c.broadcast_id, c.chunk) IN (
      SELECT o.broadcast_id, o.chunk FROM delivery_chunks o
       WHERE o.broadcast_id = of_broadcast AND o.channel = of_channel AND o.waiting > 0 AND o.holder IS NULL
         AND (o.not_before IS NULL OR o.not_before < rests_until) ORDER BY o.chunk FOR NO KEY UPDATE SKIP LOCKED);
  END IF;
END $$;
REVOKE ALL ON FUNCTION claim_chunk, release_chunk FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_chunk, release_chunk TO loa_worker;

-- As in 0020, but asked for the address first: hardly any is suppressed anywhere, and of the units above there are several.
CREATE INDEX suppressions_address ON suppressions (address_hash);
CREATE OR REPLACE FUNCTION door_hold_suppressed(broadcast bigint, of_chunk integer) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
  UPDATE deliveries d SET state = 'not_sent', reason = CASE d.address_sealed WHEN '' THEN 'address.forgotten' ELSE 'suppressed' END,
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
