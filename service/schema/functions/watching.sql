-- What is watched: stalls, how long a broadcast took, and the system's state in figures.

-- Marks what stands still and what goes again. It stands still when for a minute nothing left of it though something should: it
-- is not paused, its time has come and no quiet hours hold. Whose turn others have is not standing still: 10 s more for each
-- broadcast of its lane that moves on one of its channels (a turn is 5 s), and an advisory waits for as long as an urgent warning
-- moves there. Due and not even planned counts, too. Whoever marks it is told, and nobody else is: the alarm rings once.
CREATE OR REPLACE FUNCTION door_mark_stalls()
  RETURNS TABLE (broadcast_id bigint, lane text, stalled_since timestamptz, seconds double precision)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH part AS (  -- each channel of what is sent
    SELECT b.id, b.urgency = 'advisory' AS bulk, p.*, greatest(b.updated_at, b.waits_until) AS begun
      FROM broadcasts b CROSS JOIN LATERAL (
        SELECT c.channel, max(c.left_at) AS left_at,
               sum(c.waiting + c.calling + CASE c.channel WHEN 'sms' THEN c.uncertain ELSE 0 END) > 0 AS open
          FROM delivery_chunks c WHERE c.broadcast_id = b.id GROUP BY c.channel) AS p
     WHERE b.state = 'sending' AND b.expires_at > now()
  ), quiet AS (
    SELECT p.id, p.bulk, greatest(max(p.left_at), max(p.begun)) AS since FROM part p GROUP BY p.id, p.bulk HAVING bool_or(p.open)
  ), still AS (
    SELECT q.id, q.since FROM quiet q CROSS JOIN LATERAL (
      SELECT count(DISTINCT o.id) FILTER (WHERE o.bulk = q.bulk) AS beside,
             coalesce(bool_or(q.bulk AND NOT o.bulk), false) AS behind
        FROM part mine JOIN part o ON o.channel = mine.channel AND o.id <> mine.id AND o.left_at > now() - interval '1 minute'
       WHERE mine.id = q.id AND mine.open) AS others
     WHERE q.since < now() - interval '1 minute' - others.beside * interval '10 seconds' AND NOT others.behind
    UNION ALL
    SELECT b.id, greatest(b.approved_at, b.updated_at, b.send_at) FROM broadcasts b
     WHERE b.state = 'approved' AND b.planned_at IS NULL AND b.expires_at > now()
       AND greatest(b.approved_at, b.updated_at, b.send_at) < now() - interval '1 minute'
  ), changed AS (
    SELECT b.id, s.since, b.stalled_since AS was FROM broadcasts b LEFT JOIN still s ON s.id = b.id
     WHERE (b.stalled_since IS NOT NULL OR b.state IN ('approved', 'sending')) AND (b.stalled_since IS NULL) <> (s.since IS NULL)
     FOR NO KEY UPDATE OF b SKIP LOCKED)  -- one being planned is looked at in a second
  UPDATE broadcasts b SET stalled_since = c.since FROM changed c
   WHERE b.id = c.id AND (b.stalled_since IS NULL) <> (c.since IS NULL)
  RETURNING b.id, CASE b.urgency WHEN 'advisory' THEN 'bulk' ELSE 'urgent' END, c.since,
            extract(epoch FROM now() - coalesce(c.since, c.was))::double precision
$$;

-- Measures what has got so far since the last look: when its first message was accepted, and when 95% of what was to leave were.
-- In seconds from approval or, where it had to wait for its time or for quiet hours, from then.
CREATE OR REPLACE FUNCTION door_measure_broadcasts()
  RETURNS TABLE (broadcast_id bigint, lane text, reached text, seconds double precision)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH far AS (
    SELECT b.id, b.first_accepted_at AS first_was, b.mostly_accepted_at AS mostly_was, c.left_at,
           c.took > 0 AS began, c.took > 0 AND c.took >= 0.95 * c.wanted AS mostly,
           b.state IN ('completed', 'cancelled') AND b.completed_at < now() - interval '1 day' AS over
      FROM broadcasts b CROSS JOIN LATERAL (
        SELECT sum(c.accepted + c.delivered) AS took, max(c.left_at) AS left_at,
               sum(c.waiting + c.calling + c.accepted + c.delivered + c.failed + c.uncertain) AS wanted
          FROM delivery_chunks c WHERE c.broadcast_id = b.id) AS c
     WHERE NOT b.measured AND b.planned_at IS NOT NULL
       FOR NO KEY UPDATE OF b SKIP LOCKED
  ), marked AS (
    UPDATE broadcasts b SET
        first_accepted_at = CASE WHEN f.began THEN coalesce(b.first_accepted_at, (
          SELECT min(d.accepted_at) FROM (  -- the first chunks that have some: at the first look there are few
            SELECT c.first_number, c.last_number FROM delivery_chunks c
             WHERE c.broadcast_id = b.id AND c.accepted + c.delivered > 0 ORDER BY c.left_at, c.chunk LIMIT 8) AS c
            JOIN deliveries d ON d.broadcast_id = b.id AND d.number BETWEEN c.first_number AND c.last_number)) END,
        mostly_accepted_at = CASE WHEN f.mostly THEN coalesce(b.mostly_accepted_at, f.left_at) END,
        measured = f.mostly OR f.over
      FROM far f WHERE b.id = f.id AND NOT b.measured AND (f.began AND f.first_was IS NULL OR f.mostly OR f.over)
    RETURNING b.id, b.urgency, greatest(b.approved_at, b.send_at, b.waits_until) AS due,
              b.first_accepted_at, b.mostly_accepted_at,
              f.first_was, f.mostly_was)
  SELECT m.id, CASE m.urgency WHEN 'advisory' THEN 'bulk' ELSE 'urgent' END, r.reached,
         greatest(0, extract(epoch FROM r.at - m.due))::double precision
    FROM marked m CROSS JOIN LATERAL (VALUES
      ('first', m.first_accepted_at, m.first_was), ('most', m.mostly_accepted_at, m.mostly_was)) AS r (reached, at, was)
   WHERE r.at IS NOT NULL AND r.was IS NULL
$$;

-- The system in figures, none of them a unit's: what is open by lane and channel, and how old the oldest of it is.
CREATE OR REPLACE FUNCTION door_system_figures() RETURNS TABLE (figure text, lane text, part text, value double precision)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH open AS (
    SELECT c.lane, c.channel, c.waiting, c.calling, c.uncertain, CASE WHEN b.state = 'sending' AND c.waiting > 0
             AND greatest(b.waits_until, c.not_before, '-infinity') <= now()
             THEN greatest(b.updated_at, b.waits_until) END AS since
      FROM delivery_chunks c JOIN broadcasts b ON b.id = c.broadcast_id WHERE c.waiting > 0 OR c.calling > 0 OR c.uncertain > 0
  )
  SELECT f.figure, o.lane, o.channel, f.value::double precision
    FROM (SELECT lane, channel, sum(waiting) AS waiting, sum(calling) AS calling, sum(uncertain) AS uncertain,
                 coalesce(extract(epoch FROM now() - min(since)), 0) AS oldest FROM open GROUP BY lane, channel) AS o
    CROSS JOIN LATERAL (VALUES ('waiting', o.waiting), ('calling', o.calling), ('uncertain', o.uncertain),
                               ('oldest_waiting', o.oldest))
      AS f (figure, value)
  UNION ALL
  SELECT 'broadcasts', CASE b.urgency WHEN 'advisory' THEN 'bulk' ELSE 'urgent' END, b.state, count(*)
    FROM broadcasts b WHERE b.state IN ('approved', 'sending') GROUP BY 2, 3
  UNION ALL
  SELECT 'stalled', CASE b.urgency WHEN 'advisory' THEN 'bulk' ELSE 'urgent' END, '', count(*)
    FROM broadcasts b WHERE b.stalled_since IS NOT NULL GROUP BY 2
  UNION ALL
  SELECT 'workers', w.lane, '', count(*) FROM worker_heartbeats w WHERE w.seen_at > now() - interval '8 seconds' GROUP BY w.lane
  UNION ALL
  SELECT 'inbox', '', '', count(*) FROM receipts_inbox
  UNION ALL
  SELECT 'oldest_receipt', '', '',
         coalesce(extract(epoch FROM now() - (SELECT r.received_at FROM receipts_inbox r ORDER BY r.id LIMIT 1)), 0)
  UNION ALL
  SELECT 'outbox', '', '', count(*) FROM outbox o WHERE o.relayed_at IS NULL
  UNION ALL
  SELECT 'oldest_command', '', '', coalesce(extract(epoch FROM now() - min(o.created_at)), 0)
    FROM outbox o WHERE o.relayed_at IS NULL
$$;

REVOKE ALL ON FUNCTION door_mark_stalls, door_measure_broadcasts, door_system_figures
  FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_system_figures TO loa_web;
GRANT EXECUTE ON FUNCTION door_mark_stalls, door_measure_broadcasts TO loa_web, loa_worker;
