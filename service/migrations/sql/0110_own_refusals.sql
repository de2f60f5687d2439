-- As in 0091, and it counts in `returned` what a provider refused for reasons of the delivery's own (`own`, beside `numbers`), as receipts do:
-- an attempt that met a provider in trouble says nothing of a delivery. For workers of an earlier release the other form stays.
CREATE FUNCTION deliver_round(
  acting_unit integer, of_broadcast bigint, of_chunk integer, by_worker uuid, of_claims integer, lease_seconds integer, at timestamptz,
  numbers bigint[], attempts smallint[], outcomes text[], provider_ids text[], reasons text[], retries timestamptz[], own boolean[],
  next_numbers bigint[], of_provider text,
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
    -- A stop that is being committed is waited for, so that nothing is marked behind it: service.broadcasts.gate shuts it.
    PERFORM pg_advisory_xact_lock_shared(hashtext('loa calls'), (of_broadcast % 2147483647)::integer);
  END IF;
  IF NOT stands OR NOT EXISTS (
      SELECT FROM broadcasts b WHERE b.id = of_broadcast AND b.state = 'sending' AND b.expires_at > clock_timestamp()
         AND (b.waits_until IS NULL OR b.waits_until <= clock_timestamp())) THEN
    next_numbers := '{}';
  END IF;
  WITH said AS (
    SELECT * FROM unnest(numbers, attempts, outcomes, provider_ids, reasons, retries, own)
        AS r (number, attempt, becomes, provider_id, reason, retry_at, own)
    UNION ALL
    SELECT n, NULL, 'calling', NULL, NULL, NULL, NULL FROM unnest(next_numbers) AS n
  ), moved AS (
    UPDATE deliveries d SET
        state = r.becomes, reason = r.reason, retry_at = r.retry_at,
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
                ELSE d.attempt = r.attempt AND (d.state IN ('calling', 'uncertain') OR d.state = 'waiting' AND r.becomes = 'accepted'
                  AND d.provider_id IS DISTINCT FROM r.provider_id) END
    RETURNING d.number, d.attempt, d.returned, d.state)
  SELECT array_agg(m.number) FILTER (WHERE m.state = 'calling'), array_agg(m.attempt) FILTER (WHERE m.state = 'calling'),
         array_agg(m.returned) FILTER (WHERE m.state = 'calling'), array_agg(m.number) FILTER (WHERE m.state = 'failed')
    INTO called, called_attempts, called_returned, failed FROM moved m;
  IF failed IS NOT NULL THEN  -- an address that failed for good is suppressed where it came from
    PERFORM door_suppress_dead(array_fill(of_broadcast, ARRAY[cardinality(failed)]), failed);
  END IF;
END $$;
REVOKE ALL ON FUNCTION deliver_round(integer, bigint, integer, uuid, integer, integer, timestamptz,
  bigint[], smallint[], text[], text[], text[], timestamptz[], boolean[], bigint[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION deliver_round(integer, bigint, integer, uuid, integer, integer, timestamptz,
  bigint[], smallint[], text[], text[], text[], timestamptz[], boolean[], bigint[], text) TO loa_worker;
