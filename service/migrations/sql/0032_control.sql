-- Control of a send under way: stopped, resumed, cancelled, tried again.

ALTER TABLE broadcasts
  ADD COLUMN cancel_reason       text,       -- why a person cancelled it, for colleagues
  ADD COLUMN audience_confirmed  bigint,     -- recipients an approver said yes to after the audience had grown
  ADD COLUMN waits_until         timestamptz;  -- nothing of it leaves before: its own time, or the end of quiet hours

-- As in 0007, but a broadcast with a time of its own is planned ahead of it (service.deliveries.planning.PLAN_AHEAD); nothing of it is
-- claimed before.
CREATE OR REPLACE FUNCTION door_due_broadcasts() RETURNS TABLE (unit_id integer, broadcast_id bigint, lane text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT b.unit_id, b.id, CASE b.urgency WHEN 'advisory' THEN 'bulk' ELSE 'urgent' END
    FROM broadcasts b
   WHERE b.state = 'approved' AND b.planned_at IS NULL AND (b.send_at IS NULL OR b.send_at <= now() + interval '2 minutes')
   ORDER BY array_position('{emergency,urgent,advisory}', b.urgency), b.id LIMIT 100
$$;

-- While quiet hours hold, until when: everything open waits but emergencies. Null: none hold. What waits is not asked for again and
-- again: its chunks wait with it, also those that came home meanwhile.
CREATE FUNCTION door_keep_quiet(until timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE broadcasts b SET waits_until = until
   WHERE b.id IN (
     SELECT o.id FROM broadcasts o
      WHERE o.state IN ('approved', 'sending', 'paused') AND o.urgency <> 'emergency' AND coalesce(o.waits_until, '-infinity') < until
      FOR NO KEY UPDATE SKIP LOCKED);  -- one being planned or stopped is looked at in a second
  UPDATE delivery_chunks c SET not_before = w.waits_until
    FROM (SELECT c.broadcast_id, c.chunk, b.waits_until
            FROM broadcasts b JOIN delivery_chunks c ON c.broadcast_id = b.id
           WHERE b.state = 'sending' AND b.waits_until > now() AND c.waiting > 0 AND c.holder IS NULL
             AND coalesce(c.not_before, '-infinity') < b.waits_until
           ORDER BY c.broadcast_id, c.chunk FOR NO KEY UPDATE OF c SKIP LOCKED) AS w
   WHERE c.broadcast_id = w.broadcast_id AND c.chunk = w.chunk
$$;

-- What will not leave any more, chunk by chunk: waiting in a cancelled broadcast, or in one that has expired while it was sent. How many.
-- Chunks first, in their order, as everybody locks them.
CREATE FUNCTION door_drop_waiting(at_most integer) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  stopped record;
  here bigint;
  dropped bigint := 0;
BEGIN
  FOR stopped IN
    SELECT c.broadcast_id, c.chunk, c.first_number, c.last_number,
           CASE b.state WHEN 'cancelled' THEN coalesce(b.pause_reason, 'broadcast.cancelled') ELSE 'broadcast.overdue' END AS reason
      FROM delivery_chunks c JOIN broadcasts b ON b.id = c.broadcast_id
     WHERE c.waiting > 0 AND (b.state = 'cancelled' OR b.state = 'sending' AND b.expires_at <= now())
     ORDER BY c.broadcast_id, c.chunk LIMIT at_most FOR NO KEY UPDATE OF c SKIP LOCKED
  LOOP
    UPDATE deliveries d SET state = 'not_sent', reason = stopped.reason, finished_at = now(), retry_at = NULL
     WHERE d.broadcast_id = stopped.broadcast_id AND d.number BETWEEN stopped.first_number AND stopped.last_number AND d.state = 'waiting';
    GET DIAGNOSTICS here = ROW_COUNT;
    dropped := dropped + here;
  END LOOP;
  RETURN dropped;
END $$;

-- Paused for longer than the warning is good for.
CREATE FUNCTION door_overdue_broadcasts() RETURNS TABLE (unit_id integer, broadcast_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT b.unit_id, b.id FROM broadcasts b WHERE b.state = 'paused' AND b.expires_at <= now() ORDER BY b.id LIMIT 100
$$;

-- Deliveries of the acting unit's broadcast wait again, by a person's word: all that failed, or those in doubt of a channel, or the one
-- named. What is no longer kept cannot be sent. How many.
CREATE FUNCTION door_wait_again(broadcast bigint, was text, of_channel text, only_number bigint) RETURNS bigint
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
       AND d.address_sealed <> '' AND (only_number IS NULL OR d.number = only_number);
    GET DIAGNOSTICS here = ROW_COUNT;
    again := again + here;
    UPDATE delivery_chunks c SET not_before = NULL, nudged_at = NULL WHERE here > 0 AND c.broadcast_id = broadcast AND c.chunk = of_chunk.chunk;
  END LOOP;
  RETURN again;
END $$;

REVOKE ALL ON FUNCTION door_keep_quiet(timestamptz), door_drop_waiting(integer), door_overdue_broadcasts(), door_wait_again(bigint, text, text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_keep_quiet(timestamptz), door_drop_waiting(integer), door_overdue_broadcasts() TO loa_worker;
GRANT EXECUTE ON FUNCTION door_wait_again(bigint, text, text, bigint) TO loa_web;

-- A record that no longer stands, by its issuer's signed word: a broadcast was cancelled. The record stays as it is.
ALTER TABLE records ADD UNIQUE (id, unit_id);  -- a unit revokes its own
CREATE TABLE record_revocations (
  record_id  uuid NOT NULL,
  unit_id    integer NOT NULL REFERENCES units,
  jws        bytea NOT NULL,
  stored_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (unit_id, record_id),
  FOREIGN KEY (record_id, unit_id) REFERENCES records (id, unit_id)
);
CREATE INDEX record_revocations_stored ON record_revocations (stored_at);
SELECT loa_protect('record_revocations');
CREATE POLICY public_reading ON record_revocations FOR SELECT TO loa_lookup USING (true);
GRANT SELECT ON record_revocations TO loa_lookup;
GRANT SELECT, INSERT ON record_revocations TO loa_web;  -- select: for ON CONFLICT

-- What a record is for. One made for a drill is signed with a drill key and never passes for a warning.
ALTER TABLE records ADD COLUMN purpose text NOT NULL DEFAULT 'record' CHECK (purpose IN ('record', 'drill'));

-- How many advisories were meant for an address today, over all units: the keyed hash and a number, no unit. Reached through a door only,
-- which tells nobody a number. Kept for two days.
CREATE TABLE messages_of_day (
  day           date NOT NULL,               -- in Vietnam
  channel       text NOT NULL,
  address_hash  bytea NOT NULL,
  sent          smallint NOT NULL,
  PRIMARY KEY (day, channel, address_hash)
);
ALTER TABLE messages_of_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery_chunks ADD COLUMN counted_at timestamptz;  -- when its deliveries were counted there: once

-- Counts an advisory's chunk, at its first claim, and holds back whoever has had as many today. In the order of the hashes, so that two
-- chunks cannot wait for each other in a ring.
CREATE FUNCTION door_hold_frequent(broadcast bigint, of_chunk integer, most integer) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$  -- by the key whatever the statistics say: they are old while a big send runs
DECLARE
  c record;
  counted bytea[];
BEGIN
  UPDATE delivery_chunks d SET counted_at = now() FROM broadcasts b
   WHERE d.broadcast_id = broadcast AND d.chunk = of_chunk AND d.unit_id = loa_unit() AND d.counted_at IS NULL
     AND b.id = d.broadcast_id AND b.urgency = 'advisory' AND NOT b.drill
   RETURNING d.first_number, d.last_number, d.waiting INTO c;
  IF NOT FOUND THEN RETURN; END IF;
  WITH added AS (
    INSERT INTO messages_of_day AS m (day, channel, address_hash, sent)
      SELECT (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, d.channel, d.address_hash, 1 FROM deliveries d
       WHERE d.broadcast_id = broadcast AND d.number BETWEEN c.first_number AND c.last_number AND d.state = 'waiting'
       ORDER BY d.address_hash
      ON CONFLICT (day, channel, address_hash) DO UPDATE SET sent = m.sent + 1 WHERE m.sent < most
      RETURNING address_hash)
  SELECT array_agg(address_hash) INTO counted FROM added;
  IF coalesce(cardinality(counted), 0) < c.waiting THEN
    UPDATE deliveries d SET state = 'not_sent', reason = 'address.other', finished_at = now()
     WHERE d.broadcast_id = broadcast AND d.number BETWEEN c.first_number AND c.last_number AND d.state = 'waiting'
       AND d.address_hash <> ALL (coalesce(counted, '{}'));
  END IF;
END $$;

CREATE FUNCTION door_forget_days() RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  DELETE FROM messages_of_day WHERE day < (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - 1
$$;
REVOKE ALL ON FUNCTION door_hold_frequent(bigint, integer, integer), door_forget_days() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_hold_frequent(bigint, integer, integer), door_forget_days() TO loa_worker;

-- Drills: the whole path to colleagues who agreed to it.
ALTER TABLE broadcasts ADD COLUMN drill boolean NOT NULL DEFAULT false;
CREATE TABLE test_contacts (
  unit_id     integer NOT NULL REFERENCES units,
  contact_id  bigint NOT NULL REFERENCES contacts ON DELETE CASCADE,
  named_by    bigint NOT NULL REFERENCES accounts,
  named_at    timestamptz NOT NULL,
  PRIMARY KEY (unit_id, contact_id)
);
CREATE INDEX test_contacts_contact ON test_contacts (contact_id);
SELECT loa_protect('test_contacts');
GRANT SELECT, INSERT, DELETE ON test_contacts TO loa_web;
GRANT SELECT ON test_contacts TO loa_worker;

-- As in 0023, but a drill is nobody's business below.
CREATE OR REPLACE FUNCTION door_broadcasts_received(before bigint, at_most integer)
  RETURNS TABLE (id bigint, record_id uuid, public_serial bigint, kind text, urgency text, title text, issuer text, issuer_name text,
                 approved_at timestamptz, state text, audience jsonb, quarters integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT b.id, b.record_id, r.public_number, b.kind, b.urgency, b.title, u.code,
         (SELECT v.name FROM unit_versions v WHERE v.unit_id = u.id AND v.valid_from <= b.approved_at::date
           ORDER BY v.valid_from DESC LIMIT 1),
         b.approved_at, b.state, b.audience - 'units',
         CASE WHEN b.state = 'completed' THEN 4 WHEN coalesce(sent.total, 0) < 100 THEN 0
              ELSE least(3, 4 * sent.done / sent.total) END::integer
    FROM unit_closure above
    JOIN broadcasts b ON b.unit_id = above.ancestor_id
    JOIN units u ON u.id = b.unit_id
    JOIN records r ON r.id = b.record_id
    CROSS JOIN LATERAL (
      SELECT sum(c.accepted + c.delivered + c.failed + c.not_sent) AS done,
             sum(c.waiting + c.calling + c.accepted + c.delivered + c.failed + c.not_sent + c.uncertain) AS total
        FROM delivery_chunks c WHERE c.broadcast_id = b.id) AS sent
   WHERE above.descendant_id = loa_unit() AND above.depth > 0 AND NOT b.drill AND b.id < coalesce(before, 9223372036854775807)
     AND (jsonb_array_length(coalesce(b.audience -> 'units', '[]')) = 0
          OR EXISTS (SELECT FROM unit_closure mine JOIN units named ON named.id = mine.ancestor_id
                      WHERE mine.descendant_id = loa_unit() AND b.audience -> 'units' ? named.code))
   ORDER BY b.id DESC LIMIT at_most
$$;
