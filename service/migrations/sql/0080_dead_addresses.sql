-- As in 0020, but not where a carrier calls more than half of a chunk's addresses dead, twenty and more of them: then something is wrong
-- with the carrier or with our account, and parents would be written to by nobody any more. What it answers is held against all it took;
-- what its receipts say, which come later, against those that say the opposite.
CREATE OR REPLACE FUNCTION door_suppress_dead(broadcast_ids bigint[], numbers bigint[]) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH dead AS (
    SELECT DISTINCT d.recipient_unit, d.channel, d.address_hash, dead_address(d.reason) AS reason
      FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number) JOIN deliveries d USING (broadcast_id, number)
      JOIN delivery_chunks c ON c.broadcast_id = d.broadcast_id AND c.chunk = d.chunk
     WHERE d.unit_id = loa_unit() AND d.state = 'failed' AND dead_address(d.reason) IS NOT NULL
       AND (c.failed < 20 OR c.failed <= c.delivered + CASE WHEN d.reason LIKE 'provider.%' THEN 0 ELSE c.accepted END)
  ), added AS (
    INSERT INTO suppressions (unit_id, channel, address_hash, reason)
    SELECT recipient_unit, channel, address_hash, reason FROM dead ORDER BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING RETURNING unit_id, channel, reason)
  INSERT INTO audit_events (unit_id, at, action, subject_kind, subject_id, details)
  SELECT a.unit_id, now(), 'suppression.noticed', 'unit', u.code,
         jsonb_build_object('channel', a.channel, 'reason', a.reason, 'addresses', count(*))
    FROM added a JOIN units u ON u.id = a.unit_id GROUP BY a.unit_id, u.code, a.channel, a.reason
$$;
