-- When a broadcast's time has come, whose turn it is, and how much stands before it.

-- Approved, due, and not yet planned. A broadcast with a time of its own is planned ahead of it
-- (service.deliveries.planning.PLAN_AHEAD); nothing of it is claimed before.
CREATE OR REPLACE FUNCTION door_due_broadcasts() RETURNS TABLE (unit_id integer, broadcast_id bigint, lane text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT b.unit_id, b.id, CASE b.urgency WHEN 'advisory' THEN 'bulk' ELSE 'urgent' END
    FROM broadcasts b
   WHERE b.state = 'approved' AND b.planned_at IS NULL AND (b.send_at IS NULL OR b.send_at <= now() + interval '2 minutes')
   ORDER BY array_position('{emergency,urgent,advisory}', b.urgency), b.id LIMIT 100
$$;

-- While quiet hours hold, until when: everything open waits but emergencies. Null: none hold. What waits is not asked for again
-- and again: its chunks wait with it, also those that came home meanwhile.
CREATE OR REPLACE FUNCTION door_keep_quiet(until timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE broadcasts b SET waits_until = until
   WHERE b.id IN (
     SELECT o.id FROM broadcasts o
      WHERE o.state IN ('approved', 'sending', 'paused') AND o.urgency <> 'emergency'
        AND coalesce(o.waits_until, '-infinity') < until
      FOR NO KEY UPDATE SKIP LOCKED);  -- one being planned or stopped is looked at in a second
  UPDATE delivery_chunks c SET not_before = w.waits_until
    FROM (SELECT c.broadcast_id, c.chunk, b.waits_until
            FROM broadcasts b JOIN delivery_chunks c ON c.broadcast_id = b.id
           WHERE b.state = 'sending' AND b.waits_until > now() AND c.waiting > 0 AND c.holder IS NULL
             AND coalesce(c.not_before, '-infinity') < b.waits_until
           ORDER BY c.broadcast_id, c.chunk FOR NO KEY UPDATE OF c SKIP LOCKED) AS w
   WHERE c.broadcast_id = w.broadcast_id AND c.chunk = w.chunk
$$;

-- Whose turn it is. A few chunks a worker stand in its lane's queue, no more; the next are chosen when there is room, by what is
-- under way then. The emergency first; then whoever has the fewest chunks under way, a broadcast's SMS and its emails each for
-- themselves; among those, whoever had a turn the longest ago. What is due within a second or so is queued for its time: it
-- leaves on the second. Of one channel no more are out, queued or leased, than there are places: what its carrier is slow to take
-- does not fill the queue before another's.
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
     WHERE c.lane = of_lane AND c.nudged_at IS NOT NULL
       AND c.nudged_at < clock_timestamp() - interval '10 seconds' AND c.holder IS NULL
     ORDER BY c.broadcast_id, c.chunk FOR NO KEY UPDATE SKIP LOCKED)
  UPDATE delivery_chunks c SET nudged_at = NULL FROM lost l WHERE c.broadcast_id = l.broadcast_id AND c.chunk = l.chunk;
  SELECT places - count(*) INTO room FROM delivery_chunks c
   WHERE c.lane = of_lane AND c.nudged_at IS NOT NULL AND c.holder IS NULL;
  IF room < least(places, 1 + places / 3) OR room < 1 THEN RETURN; END IF;  -- some at once, or every chunk would ask this anew
  RETURN QUERY
  WITH under_way AS (
    SELECT c.broadcast_id, c.channel, count(*) AS chunks FROM delivery_chunks c
     WHERE c.lane = of_lane AND c.nudged_at IS NOT NULL GROUP BY c.broadcast_id, c.channel
  ), in_turn AS (
    SELECT b.id, b.unit_id, f.channel, i.chunk, b.urgency = 'emergency' AS emergency, row_number() OVER fair AS place,
           row_number() OVER (PARTITION BY f.channel
                              ORDER BY b.urgency <> 'emergency', coalesce(u.chunks, 0) + i.nth, t.taken_at NULLS FIRST, b.id)
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

-- What is left of the acting unit's broadcast and what stands before it at the providers, in segments or letters: all of the more
-- urgent, and of its equals as much as it has itself, since they take turns. Sums of all units' broadcasts, nobody's by itself.
CREATE OR REPLACE FUNCTION door_work_ahead(of_broadcast bigint) RETURNS TABLE (channel text, own bigint, before bigint)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH under_way AS (
    SELECT b.id, array_position('{emergency,urgent,advisory}', b.urgency) AS rank, c.channel, sum(c.waiting * c.segments) AS work
      FROM broadcasts b JOIN delivery_chunks c ON c.broadcast_id = b.id
     WHERE b.state = 'sending' AND c.waiting > 0 AND (b.id = of_broadcast OR b.waits_until IS NULL OR b.waits_until <= now())
     GROUP BY b.id, c.channel)
  SELECT mine.channel, mine.work, coalesce(sum(CASE WHEN other.rank < mine.rank THEN other.work WHEN other.rank = mine.rank
           THEN least(other.work, mine.work) END), 0)::bigint
    FROM under_way mine LEFT JOIN under_way other ON other.channel = mine.channel
                                       AND other.id <> mine.id AND other.rank <= mine.rank
   WHERE mine.id = of_broadcast AND EXISTS (SELECT FROM broadcasts b WHERE b.id = of_broadcast AND b.unit_id = loa_unit())
   GROUP BY mine.channel, mine.work;
END $$;

-- What would stand before a broadcast of this urgency if it were approved now, with so much to send itself: segments and letters
-- of what is more urgent, and as much as its own of what is as urgent, for they take turns.
CREATE OR REPLACE FUNCTION door_work_before(of_urgency text, own_sms bigint, own_email bigint)
  RETURNS TABLE (channel text, before bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH under_way AS (
    SELECT array_position('{emergency,urgent,advisory}'::text[], b.urgency) AS rank,
           c.channel, sum(c.waiting * c.segments) AS work
      FROM broadcasts b JOIN delivery_chunks c ON c.broadcast_id = b.id
     WHERE b.state = 'sending' AND c.waiting > 0 AND (b.waits_until IS NULL OR b.waits_until <= now())
     GROUP BY b.id, c.channel
  ), mine AS (SELECT array_position('{emergency,urgent,advisory}'::text[], of_urgency) AS rank)
  SELECT u.channel, sum(CASE WHEN u.rank < m.rank THEN u.work
                             ELSE least(u.work, CASE u.channel WHEN 'sms' THEN own_sms ELSE own_email END) END)::bigint
    FROM under_way u, mine m WHERE u.rank <= m.rank GROUP BY u.channel
$$;

REVOKE ALL ON FUNCTION door_due_broadcasts, door_keep_quiet, door_next_chunks, door_work_ahead, door_work_before
  FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_work_ahead, door_work_before TO loa_web;
GRANT EXECUTE ON FUNCTION door_due_broadcasts, door_keep_quiet, door_next_chunks TO loa_worker;
