-- What a backup does not know may have been done since: nothing that left before it leads to another message by itself.

-- As in 0035, and what was completed is known as restored, too. A carrier still tells, or is asked, what became of its messages; whether
-- that led to another try or a letter, only the lost system knew. `called_at` says which attempts are meant: those before `restored_from`.
CREATE OR REPLACE FUNCTION settle_restored(backed_up timestamptz, issued bigint, at timestamptz, OUT paused bigint, OUT in_doubt bigint)
  LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO lost_numbers SELECT next_number, issued, backed_up, at FROM number_counter WHERE issued >= next_number;
  UPDATE number_counter SET next_number = greatest(next_number, issued + 1);
  DELETE FROM worker_heartbeats;
  UPDATE delivery_chunks SET holder = NULL, lease_until = NULL, nudged_at = NULL, not_before = NULL
   WHERE holder IS NOT NULL OR waiting > 0;
  UPDATE broadcasts SET restored_from = backed_up WHERE state = 'completed' AND expires_at > at;
  DELETE FROM fallbacks_due f USING broadcasts b WHERE b.id = f.broadcast_id AND b.state = 'completed';
  WITH stopped AS (
    UPDATE broadcasts SET state = 'paused', pause_reason = 'system.restored', restored_from = backed_up, updated_at = at
     WHERE state IN ('approved', 'sending', 'paused') RETURNING unit_id, public_id)
  INSERT INTO audit_events (unit_id, at, action, subject_kind, subject_id, details)
    SELECT unit_id, at, 'broadcast.paused', 'broadcast', public_id::text, '{"reason": "system.restored"}' FROM stopped;
  GET DIAGNOSTICS paused = ROW_COUNT;
  UPDATE deliveries d SET state = 'calling', attempt = d.attempt + 1, called_at = backed_up, provider = NULL, retry_at = NULL
    FROM broadcasts b WHERE b.id = d.broadcast_id AND b.state IN ('paused', 'completed') AND d.state = 'waiting';
  UPDATE deliveries SET state = 'uncertain', reason = 'system.restored', absences = 0, listed_at = NULL WHERE state = 'calling';
  GET DIAGNOSTICS in_doubt = ROW_COUNT;
END $$;

-- As in 0038.
CREATE OR REPLACE FUNCTION delivery_fell_back() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO fallbacks_due (broadcast_id, unit_id, number)
    SELECT b.id, b.unit_id, NEW.number FROM broadcasts b
     WHERE b.id = NEW.broadcast_id AND b.fallback IS NOT NULL AND number_refused(NEW.reason)
       AND (b.restored_from IS NULL OR NEW.called_at > b.restored_from);
  RETURN NULL;
END $$;

-- A day behind a warning's end nobody is asked any more about its SMS in doubt, which stay so, and they keep it open no longer: its carrier
-- keeps no texts, or answers no more.

-- As in 0024.
CREATE OR REPLACE FUNCTION door_doubtful_chunks(listed_before timestamptz) RETURNS TABLE (unit_id integer, broadcast_id bigint, chunk integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT c.unit_id, c.broadcast_id, c.chunk
    FROM delivery_chunks c JOIN broadcasts b ON b.id = c.broadcast_id CROSS JOIN LATERAL (
      SELECT min(coalesce(d.listed_at, '-infinity')) AS listed_at FROM deliveries d
       WHERE d.broadcast_id = c.broadcast_id AND d.number BETWEEN c.first_number AND c.last_number AND d.state = 'uncertain'
         AND d.address_sealed <> '') AS oldest
   WHERE c.uncertain > 0 AND c.channel = 'sms' AND oldest.listed_at <= listed_before AND b.expires_at > now() - interval '1 day'
   ORDER BY oldest.listed_at, c.broadcast_id, c.chunk LIMIT 50
$$;

-- As in 0038.
CREATE OR REPLACE FUNCTION door_finished_broadcasts() RETURNS TABLE (unit_id integer, broadcast_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT b.unit_id, b.id FROM broadcasts b
   WHERE b.state = 'sending' AND NOT EXISTS (
     SELECT FROM delivery_chunks c WHERE c.broadcast_id = b.id
        AND (c.waiting > 0 OR c.calling > 0 OR (c.uncertain > 0 AND c.channel = 'sms' AND b.expires_at > now() - interval '1 day')))
     AND NOT EXISTS (SELECT FROM fallbacks_due f WHERE f.broadcast_id = b.id)
   LIMIT 100
$$;
