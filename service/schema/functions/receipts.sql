-- What carriers say of messages, by themselves or when they are asked.

-- Receipts of any units, in one statement that is its own transaction. Of a unit that there is not: dropped.
CREATE OR REPLACE FUNCTION door_store_receipts(units integer[], broadcasts bigint[], numbers bigint[], attempts smallint[],
                                    provider_ids text[],
                                    statuses text[], errors text[], at timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO receipts_inbox (unit_id, broadcast_id, number, attempt, provider_id, status, error_code, received_at)
    SELECT u.id, r.broadcast_id, r.number, r.attempt, r.provider_id, r.status, r.error, at
      FROM unnest(units, broadcasts, numbers, attempts, provider_ids, statuses, errors) WITH ORDINALITY
             AS r (unit_id, broadcast_id, number, attempt, provider_id, status, error, place)
      JOIN units u ON u.id = r.unit_id ORDER BY r.place
$$;

CREATE OR REPLACE FUNCTION door_units_with_receipts() RETURNS TABLE (unit_id integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT DISTINCT r.unit_id FROM receipts_inbox r
$$;

-- Chunks with SMS whose fate the provider can be asked for, and was not asked for lately. Whoever waited longest comes first.
-- Nobody can be asked about an SMS whose address is no longer kept; and a day behind a warning's end nobody is asked any more
-- about those in doubt, which stay so: its carrier keeps no texts, or answers no more.
CREATE OR REPLACE FUNCTION door_doubtful_chunks(listed_before timestamptz)
  RETURNS TABLE (unit_id integer, broadcast_id bigint, chunk integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT c.unit_id, c.broadcast_id, c.chunk
    FROM delivery_chunks c JOIN broadcasts b ON b.id = c.broadcast_id CROSS JOIN LATERAL (
      SELECT min(coalesce(d.listed_at, '-infinity')) AS listed_at FROM deliveries d
       WHERE d.broadcast_id = c.broadcast_id AND d.number BETWEEN c.first_number AND c.last_number AND d.state = 'uncertain'
         AND d.address_sealed <> '') AS oldest
   WHERE c.uncertain > 0 AND c.channel = 'sms' AND oldest.listed_at <= listed_before AND b.expires_at > now() - interval '1 day'
   ORDER BY oldest.listed_at, c.broadcast_id, c.chunk LIMIT 50
$$;

-- SMS that were accepted and of which no word came since: asked for at their provider an hour after the last of their chunk left,
-- and once more five hours later. Sooner where most of a chunk is silent five minutes after it left: receipts are lost then, in
-- an outage of ours or of the way to us. `soon`: that is why. Polled so, it is asked for after one and after six hours all the
-- same.
CREATE OR REPLACE FUNCTION door_silent(at timestamptz, at_most integer)
  RETURNS TABLE (unit_id integer, broadcast_id bigint, chunk integer, due timestamptz, soon boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT c.unit_id, c.broadcast_id, c.chunk, c.left_at + w.later, w.later < interval '1 hour'
    FROM broadcasts b CROSS JOIN LATERAL (  -- by the key: history is never read through
      SELECT c.* FROM delivery_chunks c WHERE c.broadcast_id = b.id AND c.channel = 'sms' AND c.accepted > 0 OFFSET 0) AS c
    CROSS JOIN LATERAL (
      SELECT CASE WHEN c.left_at <= at - interval '6 hours' THEN interval '6 hours'
                  WHEN c.left_at <= at - interval '1 hour' THEN interval '1 hour'
                  ELSE interval '5 minutes' END AS later) AS w
   WHERE b.planned_at IS NOT NULL AND (b.completed_at IS NULL OR b.completed_at > at - interval '1 day')
     AND c.left_at BETWEEN at - interval '1 day' AND at - interval '5 minutes'
     AND (c.polled_at IS NULL OR c.polled_at < c.left_at + w.later)
     AND (w.later >= interval '1 hour' OR c.accepted > c.delivered + c.failed)
   ORDER BY c.left_at + w.later, c.broadcast_id, c.chunk LIMIT at_most
$$;

-- Broadcasts with SMS that failed for their numbers' sake, to look at. What is paused keeps them; what was cancelled or has
-- expired falls back no more.
CREATE OR REPLACE FUNCTION door_fallbacks_due(at timestamptz) RETURNS TABLE (unit_id integer, broadcast_id bigint)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  DELETE FROM fallbacks_due f USING broadcasts b WHERE b.id = f.broadcast_id AND (b.state = 'cancelled' OR b.expires_at <= at);
  SELECT DISTINCT b.unit_id, b.id FROM fallbacks_due f JOIN broadcasts b ON b.id = f.broadcast_id
   WHERE b.state IN ('sending', 'completed') ORDER BY b.id LIMIT 100
$$;

REVOKE ALL ON FUNCTION door_store_receipts, door_units_with_receipts, door_doubtful_chunks, door_silent, door_fallbacks_due
  FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_store_receipts TO loa_web;
GRANT EXECUTE ON FUNCTION door_units_with_receipts, door_doubtful_chunks, door_silent, door_fallbacks_due TO loa_worker;
