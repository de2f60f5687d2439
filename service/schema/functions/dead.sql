-- What only an earlier release would call.

CREATE OR REPLACE FUNCTION door_take_outbox(at_most integer)
  RETURNS TABLE (id bigint, unit_id integer, lane text, command text, payload jsonb)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE outbox o SET relayed_at = now()
   WHERE o.id IN (SELECT i.id FROM outbox i WHERE i.relayed_at IS NULL ORDER BY i.id LIMIT at_most FOR UPDATE SKIP LOCKED)
  RETURNING o.id, o.unit_id, o.lane, o.command, o.payload
$$;

CREATE OR REPLACE FUNCTION door_idle_chunks(at_most integer)
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

CREATE OR REPLACE FUNCTION deliver_round(
  acting_unit integer, of_broadcast bigint, of_chunk integer, by_worker uuid, of_claims integer, lease_seconds integer, at timestamptz,
  numbers bigint[], attempts smallint[], outcomes text[], provider_ids text[], reasons text[], retries timestamptz[],
  next_numbers bigint[], of_provider text,
  OUT stands boolean, OUT called bigint[], OUT called_attempts smallint[])
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
    -- A stop that is being committed is waited for, so that nothing is marked behind it: service.broadcasts.gate shuts it.
    PERFORM pg_advisory_xact_lock_shared(hashtext('loa calls'), (of_broadcast % 2147483647)::integer);
  END IF;
  IF NOT stands OR NOT EXISTS (
      SELECT FROM broadcasts b WHERE b.id = of_broadcast AND b.state = 'sending' AND b.expires_at > clock_timestamp()
         AND (b.waits_until IS NULL OR b.waits_until <= clock_timestamp())) THEN
    next_numbers := '{}';
  END IF;
  WITH said AS (
    SELECT * FROM unnest(numbers, attempts, outcomes, provider_ids, reasons, retries) AS r (number, attempt, becomes, provider_id, reason, retry_at)
    UNION ALL
    SELECT n, NULL, 'calling', NULL, NULL, NULL FROM unnest(next_numbers) AS n
  ), moved AS (
    UPDATE deliveries d SET
        state = r.becomes, reason = r.reason, retry_at = r.retry_at,
        provider_id = coalesce(r.provider_id, d.provider_id),
        provider    = CASE WHEN r.becomes = 'calling' THEN of_provider ELSE d.provider END,
        accepted_at = CASE WHEN r.becomes = 'accepted' THEN at ELSE d.accepted_at END,
        finished_at = CASE WHEN r.becomes = 'failed' THEN at END,
        attempt     = CASE WHEN r.becomes = 'calling' THEN d.attempt + 1 ELSE d.attempt END,
        called_at   = CASE WHEN r.becomes = 'calling' THEN at ELSE d.called_at END,
        absences    = CASE WHEN r.becomes = 'calling' THEN 0 ELSE d.absences END,
        listed_at   = CASE WHEN r.becomes = 'calling' THEN NULL ELSE d.listed_at END
      FROM said r
     WHERE d.broadcast_id = of_broadcast AND d.number = ANY (numbers || next_numbers) AND d.number = r.number
       AND CASE WHEN r.becomes = 'calling' THEN d.state = 'waiting'
                ELSE d.attempt = r.attempt AND (d.state IN ('calling', 'uncertain') OR d.state = 'waiting' AND r.becomes = 'accepted'
                  AND d.provider_id IS DISTINCT FROM r.provider_id) END
    RETURNING d.number, d.attempt, d.state)
  SELECT array_agg(m.number) FILTER (WHERE m.state = 'calling'), array_agg(m.attempt) FILTER (WHERE m.state = 'calling'),
         array_agg(m.number) FILTER (WHERE m.state = 'failed')
    INTO called, called_attempts, failed FROM moved m;
  IF failed IS NOT NULL THEN  -- an address that failed for good is suppressed where it came from
    PERFORM door_suppress_dead(array_fill(of_broadcast, ARRAY[cardinality(failed)]), failed);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION door_silent_chunks(at timestamptz, at_most integer)
  RETURNS TABLE (unit_id integer, broadcast_id bigint, chunk integer, due timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT c.unit_id, c.broadcast_id, c.chunk, m.due
    FROM broadcasts b CROSS JOIN LATERAL (  -- by the key: history is never read through
      SELECT c.* FROM delivery_chunks c WHERE c.broadcast_id = b.id AND c.channel = 'sms' AND c.accepted > 0 OFFSET 0) AS c
    CROSS JOIN LATERAL (
      SELECT c.left_at + CASE WHEN c.left_at <= at - interval '6 hours' THEN interval '6 hours' ELSE interval '1 hour' END AS due) AS m
   WHERE b.planned_at IS NOT NULL AND (b.completed_at IS NULL OR b.completed_at > at - interval '1 day')
     AND c.left_at BETWEEN at - interval '1 day' AND at - interval '1 hour' AND (c.polled_at IS NULL OR c.polled_at < m.due)
   ORDER BY m.due, c.broadcast_id, c.chunk LIMIT at_most
$$;

REVOKE ALL ON FUNCTION door_take_outbox(integer), door_idle_chunks,
  deliver_round(integer, bigint, integer, uuid, integer, integer, timestamptz, bigint[], smallint[], text[], text[], text[], timestamptz[], bigint[], text),
  door_silent_chunks FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_take_outbox(integer), door_idle_chunks,
  deliver_round(integer, bigint, integer, uuid, integer, integer, timestamptz, bigint[], smallint[], text[], text[], text[], timestamptz[], bigint[], text),
  door_silent_chunks TO loa_worker;
