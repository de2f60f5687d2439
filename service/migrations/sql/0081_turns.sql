-- As in 0031, and of one channel no more are out, queued or leased, than there are places: what its carrier is slow to take does not fill
-- the queue before another's.
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
  most integer;  -- chunks of one channel that may be out
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('loa turns ' || of_lane));  -- each lane by itself: urgent never waits for bulk
  SELECT per_worker * count(*)::integer INTO places FROM worker_heartbeats w
   WHERE w.lane = of_lane AND w.seen_at > clock_timestamp() - interval '8 seconds';
  most := places;
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
  ), in_turn AS (
    SELECT b.id, b.unit_id, f.channel, i.chunk, b.urgency = 'emergency' AS emergency, row_number() OVER fair AS place,
           row_number() OVER (PARTITION BY f.channel ORDER BY b.urgency <> 'emergency', coalesce(u.chunks, 0) + i.nth, t.taken_at NULLS FIRST, b.id)
             + (SELECT coalesce(sum(o.chunks), 0) FROM under_way o WHERE o.channel = f.channel) AS out
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
    WINDOW fair AS (ORDER BY b.urgency <> 'emergency', coalesce(u.chunks, 0) + i.nth, t.taken_at NULLS FIRST, b.id, f.channel)
  ), chosen AS (
    SELECT * FROM in_turn WHERE out <= most ORDER BY place LIMIT room
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
