-- Operation: which schema this is.

-- Web and workers ask at their start. Not the table itself: alembic's, and nobody's but the owner's.
CREATE FUNCTION door_schema() RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT version_num FROM alembic_version
$$;
REVOKE ALL ON FUNCTION door_schema() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_schema() TO loa_web, loa_worker, loa_lookup;

-- Where the counter stands: the workers keep a file ahead of it, beside the keys (docs/decisions/0017-backups.md).
CREATE FUNCTION door_next_number() RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT next_number FROM number_counter
$$;
REVOKE ALL ON FUNCTION door_next_number() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_next_number() TO loa_worker;

-- As of when a backup knew it. Whoever resumes such a broadcast is told.
ALTER TABLE broadcasts ADD COLUMN restored_from timestamptz;

-- Numbers that may have been issued after the backup from which the system was restored: of what, nobody knows any more. To whom asks for
-- one the look-up is unavailable; it is never called unknown, as an invented one is.
CREATE TABLE lost_numbers (
  first_number  bigint PRIMARY KEY,
  last_number   bigint NOT NULL CHECK (last_number >= first_number),
  backed_up     timestamptz NOT NULL,
  restored_at   timestamptz NOT NULL
);
ALTER TABLE lost_numbers ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION door_lost_numbers() RETURNS TABLE (first_number bigint, last_number bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT first_number, last_number FROM lost_numbers ORDER BY first_number
$$;
REVOKE ALL ON FUNCTION door_lost_numbers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_lost_numbers() TO loa_lookup;

-- What a restored database does not know: whether what waited then has left since. Nothing of it leaves by itself. The owner's alone.
-- Deliveries pass through `calling`, with an attempt, as one that left would have: so the provider's list and late receipts settle them.
CREATE FUNCTION settle_restored(backed_up timestamptz, issued bigint, at timestamptz, OUT paused bigint, OUT in_doubt bigint)
  LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO lost_numbers SELECT next_number, issued, backed_up, at FROM number_counter WHERE issued >= next_number;
  UPDATE number_counter SET next_number = greatest(next_number, issued + 1);
  DELETE FROM worker_heartbeats;
  UPDATE delivery_chunks SET holder = NULL, lease_until = NULL, nudged_at = NULL, not_before = NULL
   WHERE holder IS NOT NULL OR waiting > 0;
  WITH stopped AS (
    UPDATE broadcasts SET state = 'paused', pause_reason = 'system.restored', restored_from = backed_up, updated_at = at
     WHERE state IN ('approved', 'sending', 'paused') RETURNING unit_id, public_id)
  INSERT INTO audit_events (unit_id, at, action, subject_kind, subject_id, details)
    SELECT unit_id, at, 'broadcast.paused', 'broadcast', public_id::text, '{"reason": "system.restored"}' FROM stopped;
  GET DIAGNOSTICS paused = ROW_COUNT;
  UPDATE deliveries d SET state = 'calling', attempt = d.attempt + 1, called_at = backed_up, provider = NULL, retry_at = NULL
    FROM broadcasts b WHERE b.id = d.broadcast_id AND b.state = 'paused' AND d.state = 'waiting';
  UPDATE deliveries SET state = 'uncertain', reason = 'system.restored', absences = 0, listed_at = NULL WHERE state = 'calling';
  GET DIAGNOSTICS in_doubt = ROW_COUNT;
END $$;
REVOKE ALL ON FUNCTION settle_restored(timestamptz, bigint, timestamptz) FROM PUBLIC;
