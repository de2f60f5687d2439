-- Fallback: whose SMS fails for the number's sake is written to by email, where the sender asked for it.

ALTER TABLE broadcasts ADD COLUMN fallback text CHECK (fallback = 'email');

-- Codes that say something of the number: no such number, no mobile, refused by its holder. The carriers' table in the workers is its twin.
CREATE FUNCTION number_refused(reason text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  reason ~ '^(twilio|provider)\.(21211|21604|21610|21614|21635|30004|30005|30006)$';

-- SMS that have just failed so, until the sweeper has looked at them: by answer or by receipt, whoever wrote it down. Like an inbox: one
-- that failed, waited and failed again stands here twice.
CREATE TABLE fallbacks_due (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  broadcast_id  bigint NOT NULL REFERENCES broadcasts ON DELETE CASCADE,
  unit_id       integer NOT NULL REFERENCES units,
  number        bigint NOT NULL
);
CREATE INDEX fallbacks_due_broadcast ON fallbacks_due (broadcast_id, id);
SELECT loa_protect('fallbacks_due');
GRANT SELECT, DELETE ON fallbacks_due TO loa_worker;

CREATE FUNCTION delivery_fell_back() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO fallbacks_due (broadcast_id, unit_id, number)
    SELECT b.id, b.unit_id, NEW.number FROM broadcasts b
     WHERE b.id = NEW.broadcast_id AND b.fallback IS NOT NULL AND number_refused(NEW.reason);
  RETURN NULL;
END $$;
-- The condition is computed without calling anything; the function runs only for what failed.
CREATE TRIGGER delivery_fell_back AFTER UPDATE OF state ON deliveries FOR EACH ROW
  WHEN (NEW.state = 'failed' AND OLD.state <> 'failed' AND NEW.channel = 'sms')
  EXECUTE FUNCTION delivery_fell_back();

-- Broadcasts with some of these to look at. What is paused keeps them; what was cancelled or has expired falls back no more.
CREATE FUNCTION door_fallbacks_due(at timestamptz) RETURNS TABLE (unit_id integer, broadcast_id bigint)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  DELETE FROM fallbacks_due f USING broadcasts b WHERE b.id = f.broadcast_id AND (b.state = 'cancelled' OR b.expires_at <= at);
  SELECT DISTINCT b.unit_id, b.id FROM fallbacks_due f JOIN broadcasts b ON b.id = f.broadcast_id
   WHERE b.state IN ('sending', 'completed') ORDER BY b.id LIMIT 100
$$;

-- As in 0007, and what is to fall back is something left to do.
CREATE OR REPLACE FUNCTION door_finished_broadcasts() RETURNS TABLE (unit_id integer, broadcast_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT b.unit_id, b.id FROM broadcasts b
   WHERE b.state = 'sending' AND NOT EXISTS (
     SELECT FROM delivery_chunks c WHERE c.broadcast_id = b.id
        AND (c.waiting > 0 OR c.calling > 0 OR (c.uncertain > 0 AND c.channel = 'sms')))
     AND NOT EXISTS (SELECT FROM fallbacks_due f WHERE f.broadcast_id = b.id)
   LIMIT 100
$$;

REVOKE ALL ON FUNCTION number_refused(text), delivery_fell_back(), door_fallbacks_due(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_fallbacks_due(timestamptz) TO loa_worker;

-- As in 0031; a broadcast's letters of fallback take their turns like those of a channel.
CREATE OR REPLACE FUNCTION door_next_chunks(of_lane text, per_worker integer)
  RETURNS TABLE (unit_id integer, broadcast_id bigint, chunk integer, claims integer, emergency boolean, due timestamptz)
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off SET enable_bitmapscan = off  -- a few rows from the indexes' beginnings, whatever the statistics say
AS $$
#variable_conflict use_column
DECLARE
  places integer;
  room integer;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('loa turns ' || of_lane));  -- each lane by itself: urgent never waits for bulk
  SELECT per_worker * count(*)::integer INTO places FROM worker_heartbeats w
   WHERE w.lane = of_lane AND w.seen_at > clock_timestamp() - interval '8 seconds';
  -- What was queued long ago and is in nobody's hands was lost with the queue.
  WITH lost AS (
    SELECT c.broadcast_id, c.chunk FROM delivery_chunks c
     WHERE c.lane = of_lane AND c.nudged_at IS NOT NULL AND c.nudged_at < clock_timestamp() - interval '10 seconds' AND c.holder IS NULL
     ORDER BY c.broadcast_id, c.chunk FOR NO KEY UPDATE SKIP LOCKED)
  UPDATE delivery_chunks c SET nudged_at = NULL FROM lost l WHERE c.broadcast_id = l.broadcast_id AND c.chunk = l.chunk;
  SELECT places - count(*) INTO room FROM delivery_chunks c WHERE c.lane = of_lane AND c.nudged_at IS NOT NULL AND c.holder IS NULL;
  IF room < least(places, 1 + places / 3) OR room < 1 THEN RETURN; END IF;  -- some at once, or every chunk would ask this anew
  RETURN QUERY
  WITH under_way AS (
    SELECT c.broadcast_id, c.channel, count(*) AS chunks FROM delivery_chunks c
     WHERE c.lane = of_lane AND c.nudged_at IS NOT NULL GROUP BY c.broadcast_id, c.channel
  ), chosen AS (
    SELECT b.id, b.unit_id, f.channel, i.chunk, b.urgency = 'emergency' AS emergency, row_number() OVER (
             ORDER BY b.urgency <> 'emergency', coalesce(u.chunks, 0) + i.nth, t.taken_at NULLS FIRST, b.id, f.channel) AS place
      FROM broadcasts b CROSS JOIN LATERAL unnest(b.channels || b.fallback) AS f (channel)
      LEFT JOIN under_way u ON u.broadcast_id = b.id AND u.channel = f.channel
      LEFT JOIN delivery_turns t ON t.broadcast_id = b.id AND t.channel = f.channel
      CROSS JOIN LATERAL (
        SELECT n.chunk, row_number() OVER (ORDER BY n.chunk) AS nth FROM (
          SELECT c.chunk FROM delivery_chunks c
           WHERE c.broadcast_id = b.id AND c.channel = f.channel AND c.waiting > 0 AND c.nudged_at IS NULL AND c.holder IS NULL
             AND (c.not_before IS NULL OR c.not_before <= clock_timestamp() + interval '1500 milliseconds')
           ORDER BY c.chunk LIMIT room) AS n) AS i
     WHERE b.state = 'sending' AND (b.urgency = 'advisory') = (of_lane = 'bulk')
     ORDER BY place LIMIT room
  ), locked AS (
    SELECT c.broadcast_id, c.chunk, h.unit_id, h.channel, h.emergency, h.place
      FROM delivery_chunks c JOIN chosen h ON h.id = c.broadcast_id AND h.chunk = c.chunk
     WHERE c.nudged_at IS NULL AND c.holder IS NULL
     ORDER BY c.broadcast_id, c.chunk FOR NO KEY UPDATE OF c SKIP LOCKED
  ), turned AS (
    INSERT INTO delivery_turns  -- whoever had the last place of these is the last of them next time
      SELECT l.broadcast_id, l.channel, l.unit_id, now() + max(l.place) * interval '1 microsecond' FROM locked l GROUP BY 1, 2, 3
      ON CONFLICT (broadcast_id, channel) DO UPDATE SET taken_at = EXCLUDED.taken_at
  )
  UPDATE delivery_chunks c SET nudged_at = clock_timestamp() FROM locked l
   WHERE c.broadcast_id = l.broadcast_id AND c.chunk = l.chunk
  RETURNING c.unit_id, c.broadcast_id, c.chunk, c.claims, l.emergency, c.not_before;
END $$;

-- As in 0037; one that may fall back is like one being planned: whoever makes new deliveries of it holds it.
CREATE OR REPLACE FUNCTION door_forget_deliveries(of_channel text, hashes bytea[]) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  SET enable_hashjoin = off SET enable_mergejoin = off AS $$  -- broadcast by broadcast, through the unique index
DECLARE
  broadcast_ids bigint[];
  numbers bigint[];
  to_plan bigint[];
BEGIN
  SELECT array_agg(b.id) INTO to_plan FROM unit_closure up JOIN broadcasts b ON b.unit_id = up.ancestor_id
   WHERE up.descendant_id = loa_unit()
     AND (b.planned_at IS NULL AND b.state IN ('pending_approval', 'approved', 'paused')
          OR b.planned_at IS NOT NULL AND b.fallback IS NOT NULL AND b.state <> 'cancelled' AND b.expires_at > now());
  IF (SELECT count(*) FROM (SELECT FROM broadcasts b WHERE b.id = ANY (to_plan) FOR SHARE SKIP LOCKED) AS free)
     < cardinality(to_plan) THEN
    RETURN false;
  END IF;
  SELECT array_agg(d.broadcast_id), array_agg(d.number) INTO broadcast_ids, numbers
    FROM broadcasts b JOIN deliveries d ON d.broadcast_id = b.id AND d.channel = of_channel AND d.address_hash = ANY (hashes)
   WHERE b.planned_at IS NOT NULL AND d.recipient_unit = loa_unit();
  PERFORM FROM delivery_chunks c
    WHERE (c.broadcast_id, c.chunk) IN (SELECT d.broadcast_id, d.chunk FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number)
                                          JOIN deliveries d USING (broadcast_id, number))
    ORDER BY c.broadcast_id, c.chunk FOR NO KEY UPDATE;
  IF EXISTS (SELECT FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number) JOIN deliveries d USING (broadcast_id, number)
              WHERE d.state = 'calling' OR d.state = 'uncertain' AND d.channel = 'sms' AND d.address_sealed <> '') THEN
    RETURN false;
  END IF;
  UPDATE deliveries d SET recipient_unit = p.unit_id, address_sealed = p.address_sealed, data_key_id = p.data_key_id
    FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number), contact_points p
   WHERE d.broadcast_id = n.broadcast_id AND d.number = n.number AND d.state = 'waiting'
     AND p.id = loa_point_elsewhere(d.broadcast_id, d.channel, d.address_hash, d.recipient_unit);
  UPDATE deliveries d SET address_sealed = '',
      state       = CASE d.state WHEN 'waiting' THEN 'not_sent' ELSE d.state END,
      reason      = CASE d.state WHEN 'waiting' THEN 'address.forgotten' ELSE d.reason END,
      finished_at = CASE d.state WHEN 'waiting' THEN now() ELSE d.finished_at END,
      retry_at    = NULL
    FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number)
   WHERE d.broadcast_id = n.broadcast_id AND d.number = n.number AND d.recipient_unit = loa_unit();
  RETURN true;
END $$;
