-- What is told before anybody approves: in which script a unit's SMS go, and that a channel's carriers take nothing now.

-- The script of a unit's SMS where a draft does not say. It holds for the units below, too, until one of them says otherwise. No row: as
-- the deployment's sender has it.
CREATE TABLE sms_scripts (
  unit_id  integer PRIMARY KEY REFERENCES units,
  script   text NOT NULL CHECK (script IN ('ascii', 'unicode')),
  set_by   bigint NOT NULL REFERENCES accounts,
  set_at   timestamptz NOT NULL
);
SELECT loa_protect('sms_scripts', true);
GRANT SELECT, INSERT, UPDATE ON sms_scripts TO loa_web;

CREATE FUNCTION door_sms_script() RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT s.script FROM unit_closure c JOIN sms_scripts s ON s.unit_id = c.ancestor_id
   WHERE c.descendant_id = loa_unit() ORDER BY c.depth LIMIT 1
$$;
REVOKE ALL ON FUNCTION door_sms_script() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_sms_script() TO loa_web;

-- Of a channel all of whose carriers refuse a worker or fail it: when it tries again. Each worker writes its own rows, as its circuits
-- open and close, and they count for as long as it lives (docs/decisions/0016).
CREATE TABLE carrier_troubles (
  worker_id  uuid NOT NULL,
  channel    text NOT NULL CHECK (channel IN ('sms', 'email')),
  until      timestamptz NOT NULL,
  PRIMARY KEY (worker_id, channel)
);

-- Without `tries_again` the channel works again. What dead workers left goes with it.
CREATE FUNCTION door_note_trouble(worker uuid, of_channel text, tries_again timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  DELETE FROM carrier_troubles WHERE worker_id = worker AND channel = of_channel AND tries_again IS NULL OR until < now() - interval '1 hour';
  INSERT INTO carrier_troubles SELECT worker, of_channel, tries_again WHERE tries_again IS NOT NULL
    ON CONFLICT (worker_id, channel) DO UPDATE SET until = excluded.until;
$$;

CREATE FUNCTION door_carrier_troubles() RETURNS TABLE (channel text, until timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT t.channel, max(t.until) FROM carrier_troubles t JOIN worker_heartbeats h ON h.worker_id = t.worker_id
   WHERE h.seen_at > now() - interval '8 seconds' GROUP BY t.channel
$$;
REVOKE ALL ON FUNCTION door_note_trouble(uuid, text, timestamptz), door_carrier_troubles() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_note_trouble(uuid, text, timestamptz) TO loa_worker;
GRANT EXECUTE ON FUNCTION door_carrier_troubles() TO loa_web;

-- What would stand before a broadcast of this urgency if it were approved now, with so much to send itself: segments and letters of what
-- is more urgent, and as much as its own of what is as urgent, for they take turns.
CREATE FUNCTION door_work_before(of_urgency text, own_sms bigint, own_email bigint) RETURNS TABLE (channel text, before bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH under_way AS (
    SELECT array_position('{emergency,urgent,advisory}'::text[], b.urgency) AS rank, c.channel, sum(c.waiting * c.segments) AS work
      FROM broadcasts b JOIN delivery_chunks c ON c.broadcast_id = b.id
     WHERE b.state = 'sending' AND c.waiting > 0 AND (b.waits_until IS NULL OR b.waits_until <= now())
     GROUP BY b.id, c.channel
  ), mine AS (SELECT array_position('{emergency,urgent,advisory}'::text[], of_urgency) AS rank)
  SELECT u.channel, sum(CASE WHEN u.rank < m.rank THEN u.work
                             ELSE least(u.work, CASE u.channel WHEN 'sms' THEN own_sms ELSE own_email END) END)::bigint
    FROM under_way u, mine m WHERE u.rank <= m.rank GROUP BY u.channel
$$;
REVOKE ALL ON FUNCTION door_work_before(text, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_work_before(text, bigint, bigint) TO loa_web;
