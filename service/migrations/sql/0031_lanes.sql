-- Lanes and pacing: whose turn it is, and who shares the providers.

-- Workers alive, of all lanes: among so many a rate is shared while Valkey, which has the buckets, is away.
CREATE FUNCTION door_workers_alive() RETURNS integer
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT count(*)::integer FROM worker_heartbeats WHERE seen_at > now() - interval '8 seconds'
$$;
REVOKE ALL ON FUNCTION door_workers_alive() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_workers_alive() TO loa_worker;

-- Whose turn it is. A few chunks a worker stand in its lane's queue, no more; the next are chosen when there is room, by what is under
-- way then. The emergency first; then whoever has the fewest chunks under way, a broadcast's SMS and its emails each for themselves;
-- among those, whoever had a turn the longest ago. What is due within a second or so is queued for its time: it leaves on the second.

CREATE TABLE delivery_turns (
  broadcast_id  bigint NOT NULL REFERENCES broadcasts ON DELETE CASCADE,
  channel       text NOT NULL,
  unit_id       integer NOT NULL REFERENCES units,
  taken_at      timestamptz NOT NULL,
  PRIMARY KEY (broadcast_id, channel)
);
SELECT loa_protect('delivery_turns');

-- A chunk is out, queued or leased, for as long as `nudged_at` says when it was queued. What waits for its turn is in this index only
-- then, so that rounds of chunks under way do not touch it.
CREATE INDEX delivery_chunks_next ON delivery_chunks (broadcast_id, channel, chunk) WHERE waiting > 0 AND nudged_at IS NULL;
CREATE INDEX delivery_chunks_out ON delivery_chunks (lane, broadcast_id) WHERE nudged_at IS NOT NULL;

CREATE FUNCTION door_next_chunks(of_lane text, per_worker integer)
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

-- Commands of one lane, and of the other only what nobody took for a while: a busy bulk worker never holds an urgent command.
CREATE FUNCTION door_take_outbox(at_most integer, of_lane text)
  RETURNS TABLE (id bigint, unit_id integer, lane text, command text, payload jsonb)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE outbox o SET relayed_at = now()
   WHERE o.id IN (SELECT i.id FROM outbox i
                   WHERE i.relayed_at IS NULL AND (i.lane = of_lane OR i.created_at < now() - interval '5 seconds')
                   ORDER BY i.id LIMIT at_most FOR UPDATE SKIP LOCKED)
  RETURNING o.id, o.unit_id, o.lane, o.command, o.payload
$$;

REVOKE ALL ON FUNCTION door_next_chunks(text, integer), door_take_outbox(integer, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_next_chunks(text, integer), door_take_outbox(integer, text) TO loa_worker;

-- How long it will take. Segments a message of the chunk costs its provider; 1 for an email.
ALTER TABLE delivery_chunks ADD COLUMN segments smallint NOT NULL DEFAULT 1;

-- What is left of the acting unit's broadcast and what stands before it at the providers, in segments or letters: all of the more urgent,
-- and of its equals as much as it has itself, since they take turns. Sums of all units' broadcasts, nobody's by itself.
CREATE FUNCTION door_work_ahead(of_broadcast bigint) RETURNS TABLE (channel text, own bigint, before bigint)
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
    FROM under_way mine LEFT JOIN under_way other ON other.channel = mine.channel AND other.id <> mine.id AND other.rank <= mine.rank
   WHERE mine.id = of_broadcast AND EXISTS (SELECT FROM broadcasts b WHERE b.id = of_broadcast AND b.unit_id = loa_unit())
   GROUP BY mine.channel, mine.work;
END $$;
REVOKE ALL ON FUNCTION door_work_ahead(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_work_ahead(bigint) TO loa_web;
