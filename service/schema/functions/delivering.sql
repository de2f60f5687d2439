-- A chunk under way: leased, sent round by round, given back; and what is done where its worker is gone.
--
-- What a worker asks for its chunk is each in one way there and back: alone on a connection it is its own transaction. SECURITY
-- INVOKER: it sees what its caller sees, acting for the chunk's unit.
--
-- Everybody locks a chunk before its deliveries, chunks in their order: nobody waits for another in a ring.

-- Leases a free chunk of a broadcast that is being sent, and says what is to be sent of it; nothing where it is not to be had.
CREATE OR REPLACE FUNCTION claim_chunk(
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
  UPDATE delivery_chunks c SET holder = by_worker, lease_until = now() + make_interval(secs => lease_seconds),
         claims = c.claims + 1,
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
    UPDATE deliveries d SET state = 'not_sent', reason = 'broadcast.overdue', fault = NULL, finished_at = now()
     WHERE d.broadcast_id = of_broadcast AND d.number BETWEEN lease.first_number AND lease.last_number AND d.state = 'waiting';
  END IF;
  -- Whoever was taken off while this was planned, or called and came back to wait, is not written to.
  PERFORM door_hold_suppressed(of_broadcast, of_chunk);
  IF most_a_day > 0 THEN
    PERFORM door_hold_frequent(of_broadcast, of_chunk, most_a_day);
  END IF;
  SELECT array_agg(w.number), array_agg(w.data_key_id), array_agg(w.address_sealed) INTO numbers, key_ids, addresses
    FROM (SELECT d.number, d.data_key_id, d.address_sealed FROM deliveries d
           WHERE d.broadcast_id = of_broadcast AND d.number BETWEEN lease.first_number AND lease.last_number
             AND d.state = 'waiting'
             AND (d.retry_at IS NULL OR d.retry_at <= now()) ORDER BY d.number) AS w;
  on_channel := lease.channel;
  by_record := lease.record_id;
  claimed := lease.claims;
END $$;

-- One round of a chunk under way, in one statement that is its own transaction: what came back is recorded, the lease renewed,
-- and the intent to call the next committed.
--
-- `stands`: the lease does. `called`, `called_attempts`: those that may now be called, none when the lease is lost or the
-- broadcast is not under way. Results are applied in either case: to what is still `calling` by that attempt, or became
-- `uncertain` while the answer was late. What a receipt has settled meanwhile stays as it says; that it was accepted settles even
-- what waits again, but an answer that is written down behind its message's failed receipt undoes no other try: that it was
-- accepted is known.
--
-- `own`, beside `numbers`: the provider refused for reasons of the delivery's own, which is counted in `returned` as receipts do:
-- an attempt that met a provider in trouble says nothing of a delivery. `faults`, beside them too: whose fault a refusal is.
CREATE OR REPLACE FUNCTION deliver_round(
  acting_unit integer, of_broadcast bigint, of_chunk integer, by_worker uuid, of_claims integer,
  lease_seconds integer, at timestamptz,
  numbers bigint[], attempts smallint[], outcomes text[], provider_ids text[], reasons text[],
  retries timestamptz[], own boolean[],
  faults text[], next_numbers bigint[], of_provider text,
  OUT stands boolean, OUT called bigint[], OUT called_attempts smallint[], OUT called_returned smallint[])
  LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off  -- by the key whatever the statistics say: they are old while a big send runs
AS $$
DECLARE
  lease_end timestamptz;
  failed bigint[];
BEGIN
  PERFORM set_config('loa.unit', acting_unit::text, true), set_config('loa.scope', '', true);
  -- Whoever moves deliveries locks their chunk first: nobody waits for another in a ring.
  SELECT c.holder = by_worker AND c.claims = of_claims, c.lease_until INTO stands, lease_end
    FROM delivery_chunks c WHERE c.broadcast_id = of_broadcast AND c.chunk = of_chunk FOR NO KEY UPDATE;
  stands := coalesce(stands, false);
  IF stands AND lease_end < clock_timestamp() + make_interval(secs => lease_seconds * 0.9) THEN
    UPDATE delivery_chunks c SET lease_until = clock_timestamp() + make_interval(secs => lease_seconds)
     WHERE c.broadcast_id = of_broadcast AND c.chunk = of_chunk;
  END IF;
  IF cardinality(next_numbers) > 0 THEN
    -- A stop that is being committed is waited for, so that nothing is marked behind it: service.deliveries.control.gate
    -- shuts it.
    PERFORM pg_advisory_xact_lock_shared(hashtext('loa calls'), (of_broadcast % 2147483647)::integer);
  END IF;
  IF NOT stands OR NOT EXISTS (
      SELECT FROM broadcasts b WHERE b.id = of_broadcast AND b.state = 'sending' AND b.expires_at > clock_timestamp()
         AND (b.waits_until IS NULL OR b.waits_until <= clock_timestamp())) THEN
    next_numbers := '{}';
  END IF;
  WITH said AS (
    SELECT * FROM unnest(numbers, attempts, outcomes, provider_ids, reasons, retries, own, faults)
        AS r (number, attempt, becomes, provider_id, reason, retry_at, own, fault)
    UNION ALL
    SELECT n, NULL, 'calling', NULL, NULL, NULL, NULL, NULL FROM unnest(next_numbers) AS n
  ), moved AS (
    UPDATE deliveries d SET
        state = r.becomes, reason = r.reason, fault = r.fault, retry_at = r.retry_at,
        provider_id = coalesce(r.provider_id, d.provider_id),
        provider    = CASE WHEN r.becomes = 'calling' THEN of_provider ELSE d.provider END,
        accepted_at = CASE WHEN r.becomes = 'accepted' THEN at ELSE d.accepted_at END,
        finished_at = CASE WHEN r.becomes = 'failed' THEN at END,
        attempt     = CASE WHEN r.becomes = 'calling' THEN d.attempt + 1 ELSE d.attempt END,
        returned    = CASE WHEN r.own AND d.returned < 30000 THEN d.returned + 1 ELSE d.returned END,
        called_at   = CASE WHEN r.becomes = 'calling' THEN at ELSE d.called_at END,
        absences    = CASE WHEN r.becomes = 'calling' THEN 0 ELSE d.absences END,
        listed_at   = CASE WHEN r.becomes = 'calling' THEN NULL ELSE d.listed_at END
      FROM said r
     WHERE d.broadcast_id = of_broadcast AND d.number = ANY (numbers || next_numbers) AND d.number = r.number
       AND CASE WHEN r.becomes = 'calling' THEN d.state = 'waiting'
                ELSE d.attempt = r.attempt AND (d.state IN ('calling', 'uncertain')
                  OR d.state = 'waiting' AND r.becomes = 'accepted'
                  AND d.provider_id IS DISTINCT FROM r.provider_id) END
    RETURNING d.number, d.attempt, d.returned, d.state)
  SELECT array_agg(m.number) FILTER (WHERE m.state = 'calling'), array_agg(m.attempt) FILTER (WHERE m.state = 'calling'),
         array_agg(m.returned) FILTER (WHERE m.state = 'calling'), array_agg(m.number) FILTER (WHERE m.state = 'failed')
    INTO called, called_attempts, called_returned, failed FROM moved m;
  IF failed IS NOT NULL THEN  -- an address that failed for good is suppressed where it came from
    PERFORM door_suppress_dead(array_fill(of_broadcast, ARRAY[cardinality(failed)]), failed);
  END IF;
END $$;

-- Gives a chunk back; if some of it waits for another try, not before the first of those is due. `rests_until`: nor before then,
-- and none of the broadcast's other chunks on this channel, for no provider may be called.
CREATE OR REPLACE FUNCTION release_chunk(
  acting_unit integer, of_broadcast bigint, of_chunk integer, by_worker uuid, of_claims integer, of_channel text,
  rests_until timestamptz)
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
            WHERE d.broadcast_id = c.broadcast_id AND d.number BETWEEN c.first_number AND c.last_number
              AND d.state = 'waiting')) END
   WHERE c.broadcast_id = of_broadcast AND c.chunk = of_chunk AND c.holder = by_worker AND c.claims = of_claims;
  IF rests_until IS NOT NULL THEN  -- one statement here instead of a lease for each of them
    UPDATE delivery_chunks c SET not_before = rests_until WHERE (c.broadcast_id, c.chunk) IN (
      SELECT o.broadcast_id, o.chunk FROM delivery_chunks o
       WHERE o.broadcast_id = of_broadcast AND o.channel = of_channel AND o.waiting > 0 AND o.holder IS NULL
         AND (o.not_before IS NULL OR o.not_before < rests_until) ORDER BY o.chunk FOR NO KEY UPDATE SKIP LOCKED);
  END IF;
END $$;

-- Frees chunks whose worker is gone (no heartbeat for 8 s: it beats every 2) or whose lease is over; what it was calling is
-- uncertain from here on. Also what stayed `calling` in a chunk nobody holds.
CREATE OR REPLACE FUNCTION door_free_chunks() RETURNS bigint
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
       WHERE d.broadcast_id = lost.broadcast_id AND d.number BETWEEN lost.first_number AND lost.last_number
         AND d.state = 'calling';
    END IF;
    freed := freed + 1;
  END LOOP;
  RETURN freed;
END $$;

-- Counts an advisory's chunk, at its first claim, and holds back whoever has had as many today. In the order of the hashes, so
-- that two chunks cannot wait for each other in a ring.
CREATE OR REPLACE FUNCTION door_hold_frequent(broadcast bigint, of_chunk integer, most integer) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$  -- by the key whatever the statistics say: they are old while a big send runs
DECLARE
  c record;
  counted bytea[];
BEGIN
  UPDATE delivery_chunks d SET counted_at = now() FROM broadcasts b
   WHERE d.broadcast_id = broadcast AND d.chunk = of_chunk AND d.unit_id = loa_unit() AND d.counted_at IS NULL
     AND b.id = d.broadcast_id AND b.urgency = 'advisory' AND NOT b.drill
   RETURNING d.first_number, d.last_number, d.waiting INTO c;
  IF NOT FOUND THEN RETURN; END IF;
  WITH added AS (
    INSERT INTO messages_of_day AS m (day, channel, address_hash, sent)
      SELECT (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, d.channel, d.address_hash, 1 FROM deliveries d
       WHERE d.broadcast_id = broadcast AND d.number BETWEEN c.first_number AND c.last_number AND d.state = 'waiting'
       ORDER BY d.address_hash
      ON CONFLICT (day, channel, address_hash) DO UPDATE SET sent = m.sent + 1 WHERE m.sent < most
      RETURNING address_hash)
  SELECT array_agg(address_hash) INTO counted FROM added;
  IF coalesce(cardinality(counted), 0) < c.waiting THEN
    UPDATE deliveries d SET state = 'not_sent', reason = 'address.other', fault = NULL, finished_at = now()
     WHERE d.broadcast_id = broadcast AND d.number BETWEEN c.first_number AND c.last_number AND d.state = 'waiting'
       AND d.address_hash <> ALL (coalesce(counted, '{}'));
  END IF;
END $$;

-- Days that are over count for nothing any more.
CREATE OR REPLACE FUNCTION door_forget_days() RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  DELETE FROM messages_of_day WHERE day < (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - 1
$$;

REVOKE ALL ON FUNCTION claim_chunk,
  deliver_round,
  release_chunk, door_free_chunks, door_hold_frequent, door_forget_days FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION claim_chunk,
  deliver_round,
  release_chunk, door_free_chunks, door_hold_frequent, door_forget_days TO loa_worker;
