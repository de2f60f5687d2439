-- As in 0032, but whose number is dead keeps the reason why it failed: it would only be held back, and say that it was suppressed.
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
    UPDATE deliveries d SET state = 'waiting', reason = NULL, retry_at = NULL, finished_at = NULL, accepted_at = NULL,
           absences = 0, listed_at = NULL
     WHERE d.broadcast_id = broadcast AND d.number BETWEEN of_chunk.first_number AND of_chunk.last_number AND d.state = was
       AND d.address_sealed <> '' AND (only_number IS NULL OR d.number = only_number)
       AND NOT (was = 'failed' AND dead_address(d.reason) IS NOT NULL AND EXISTS (
         SELECT FROM suppressions s WHERE s.unit_id = d.recipient_unit AND s.channel = d.channel AND s.address_hash = d.address_hash
            AND s.reason = dead_address(d.reason)));
    GET DIAGNOSTICS here = ROW_COUNT;
    again := again + here;
    UPDATE delivery_chunks c SET not_before = NULL, nudged_at = NULL WHERE here > 0 AND c.broadcast_id = broadcast AND c.chunk = of_chunk.chunk;
  END LOOP;
  RETURN again;
END $$;
