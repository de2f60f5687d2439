-- As `door_silent_chunks` (0036), and sooner where most of a chunk is silent five minutes after it left: receipts are lost then, in an outage
-- of ours or of the way to us. `soon`: that is why. Polled so, it is asked for after one and after six hours all the same.
CREATE FUNCTION door_silent(at timestamptz, at_most integer)
  RETURNS TABLE (unit_id integer, broadcast_id bigint, chunk integer, due timestamptz, soon boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT c.unit_id, c.broadcast_id, c.chunk, c.left_at + w.later, w.later < interval '1 hour'
    FROM broadcasts b CROSS JOIN LATERAL (  -- by the key: history is never read through
      SELECT c.* FROM delivery_chunks c WHERE c.broadcast_id = b.id AND c.channel = 'sms' AND c.accepted > 0 OFFSET 0) AS c
    CROSS JOIN LATERAL (
      SELECT CASE WHEN c.left_at <= at - interval '6 hours' THEN interval '6 hours' WHEN c.left_at <= at - interval '1 hour' THEN interval '1 hour'
                  ELSE interval '5 minutes' END AS later) AS w
   WHERE b.planned_at IS NOT NULL AND (b.completed_at IS NULL OR b.completed_at > at - interval '1 day')
     AND c.left_at BETWEEN at - interval '1 day' AND at - interval '5 minutes' AND (c.polled_at IS NULL OR c.polled_at < c.left_at + w.later)
     AND (w.later >= interval '1 hour' OR c.accepted > c.delivered + c.failed)
   ORDER BY c.left_at + w.later, c.broadcast_id, c.chunk LIMIT at_most
$$;
REVOKE ALL ON FUNCTION door_silent(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_silent(timestamptz, integer) TO loa_worker;
