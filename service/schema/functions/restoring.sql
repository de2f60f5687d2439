-- After a restore: what a backup does not know may have been done since. Nothing that left before it leads to another message by
-- itself.

-- What a restored database does not know: whether what waited then has left since. Nothing of it leaves by itself. The owner's
-- alone. Deliveries pass through `calling`, with an attempt, as one that left would have: so the provider's list and late
-- receipts settle them. What was completed is known as restored, too. A carrier still tells, or is asked, what became of its
-- messages; whether that led to another try or a letter, only the lost system knew. `called_at` says which attempts are meant:
-- those before `restored_from`.
CREATE OR REPLACE FUNCTION settle_restored(backed_up timestamptz, issued bigint, at timestamptz,
                                        OUT paused bigint, OUT in_doubt bigint)
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

REVOKE ALL ON FUNCTION settle_restored FROM PUBLIC, loa_web, loa_worker, loa_lookup;
