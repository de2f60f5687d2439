-- Consent and looks: on what ground a parent is written to, and who has seen whom in full.

-- By keyed hash, as suppressions are: it outlives lists and people. The place of the proof may name somebody, so it is sealed.
CREATE TABLE consents (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id       integer NOT NULL REFERENCES units,
  channel       text NOT NULL CHECK (channel IN ('sms', 'email')),
  address_hash  bytea NOT NULL,
  basis         text NOT NULL CHECK (basis IN ('consent', 'agreement')),
  proof         text NOT NULL CHECK (proof IN ('paper_form', 'online_form', 'meeting', 'phone_call', 'contract')),
  place_sealed  bytea,                       -- where the proof is kept
  data_key_id   bigint REFERENCES data_keys,
  given_on      date NOT NULL,
  recorded_by   bigint NOT NULL REFERENCES accounts,
  recorded_at   timestamptz NOT NULL,
  withdrawn_at  timestamptz,
  withdrawn_by  bigint REFERENCES accounts
);
CREATE UNIQUE INDEX consents_standing ON consents (unit_id, channel, address_hash) WHERE withdrawn_at IS NULL;
SELECT loa_protect('consents', true);
GRANT SELECT, INSERT, UPDATE ON consents TO loa_web;
GRANT SELECT ON consents TO loa_worker;

-- One row for every person seen in full. Append-only: no application login may change or delete one.
CREATE TABLE contact_looks (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id      integer NOT NULL REFERENCES units,
  at           timestamptz NOT NULL,
  account_id   bigint NOT NULL REFERENCES accounts,
  api_key_id   bigint REFERENCES api_keys,
  contact      uuid NOT NULL,                -- contacts.public_id: stays when the person is erased
  reason       text NOT NULL CHECK (reason IN ('called_us', 'call_back', 'correct_data', 'rights_request', 'authority', 'other')),
  note_sealed  bytea,
  data_key_id  bigint REFERENCES data_keys
);
CREATE INDEX contact_looks_unit ON contact_looks (unit_id, id);
CREATE INDEX contact_looks_contact ON contact_looks (unit_id, contact, id);
SELECT loa_protect('contact_looks', true);
GRANT SELECT, INSERT ON contact_looks TO loa_web;

-- A consent ends with the person who is erased; all else of it is kept.
GRANT DELETE ON consents TO loa_web;

-- Listed newest first. No serial number: it would tell a school how many the others have.
ALTER TABLE suppressions ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE INDEX suppressions_unit ON suppressions (unit_id, created_at, public_id);

-- As in 0006, but a change that moves nothing (an address forgotten, a listing noted) is no progress of the chunk.
CREATE OR REPLACE FUNCTION deliveries_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Locked in order, so that receipts and outcomes of several chunks cannot wait for each other in a ring.
  PERFORM FROM delivery_chunks c
    WHERE (c.broadcast_id, c.chunk) IN (SELECT broadcast_id, chunk FROM becomes)
    ORDER BY c.broadcast_id, c.chunk FOR NO KEY UPDATE;
  UPDATE delivery_chunks c SET
      waiting   = c.waiting   + d.waiting,   calling   = c.calling   + d.calling,
      accepted  = c.accepted  + d.accepted,  delivered = c.delivered + d.delivered,
      failed    = c.failed    + d.failed,    not_sent  = c.not_sent  + d.not_sent,
      uncertain = c.uncertain + d.uncertain, changed_at = now(),
      left_at   = CASE WHEN d.accepted + d.delivered + d.failed > 0 THEN now() ELSE c.left_at END
    FROM (SELECT broadcast_id, chunk,
                 coalesce(sum(step) FILTER (WHERE state = 'waiting'), 0)   AS waiting,
                 coalesce(sum(step) FILTER (WHERE state = 'calling'), 0)   AS calling,
                 coalesce(sum(step) FILTER (WHERE state = 'accepted'), 0)  AS accepted,
                 coalesce(sum(step) FILTER (WHERE state = 'delivered'), 0) AS delivered,
                 coalesce(sum(step) FILTER (WHERE state = 'failed'), 0)    AS failed,
                 coalesce(sum(step) FILTER (WHERE state = 'not_sent'), 0)  AS not_sent,
                 coalesce(sum(step) FILTER (WHERE state = 'uncertain'), 0) AS uncertain
            FROM (SELECT broadcast_id, chunk, state, -1 AS step FROM was
                  UNION ALL SELECT broadcast_id, chunk, state, 1 FROM becomes) AS steps
           GROUP BY broadcast_id, chunk) AS d
   WHERE c.broadcast_id = d.broadcast_id AND c.chunk = d.chunk
     AND (d.waiting, d.calling, d.accepted, d.delivered, d.failed, d.not_sent, d.uncertain) <> (0, 0, 0, 0, 0, 0, 0);
  RETURN NULL;
END $$;

-- The point of another unit that a broadcast may go on to when `here` no longer writes to the address: present there, of a unit the
-- broadcast is for, and not suppressed by it or by one above it. For the doors below; nobody is told of it.
CREATE FUNCTION loa_point_elsewhere(broadcast bigint, of_channel text, hash bytea, here integer) RETURNS bigint
  LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT p.id
    FROM broadcasts b
    JOIN units named ON CASE WHEN jsonb_array_length(coalesce(b.audience -> 'units', '[]')) = 0 THEN named.id = b.unit_id
                             ELSE b.audience -> 'units' ? named.code END
    JOIN unit_closure below ON below.ancestor_id = named.id AND below.descendant_id <> here
    JOIN contact_points p ON p.unit_id = below.descendant_id AND p.audience IN ('parents', 'staff') AND p.channel = of_channel
                         AND p.address_hash = hash AND p.ended_by IS NULL
                         AND CASE p.audience WHEN 'parents' THEN coalesce((b.audience ->> 'parents')::boolean, true)
                                  ELSE (b.audience ->> 'staff')::boolean END
   WHERE b.id = broadcast AND NOT EXISTS (
     SELECT FROM unit_closure up JOIN suppressions s ON s.unit_id = up.ancestor_id
      WHERE up.descendant_id = p.unit_id AND s.channel = p.channel AND s.address_hash = p.address_hash
        AND (s.reason <> 'opt_out' OR b.urgency = 'advisory'))
   ORDER BY p.unit_id, p.id LIMIT 1
$$;
REVOKE ALL ON FUNCTION loa_point_elsewhere(bigint, text, bytea, integer) FROM PUBLIC;

-- What still waits to be sent to these addresses, which the acting unit has just suppressed, because they stood on its list or one below
-- it, is not sent any more; an opt-out ends advisories only. What another unit wants sent there goes on, and the caller is not told. Chunks before deliveries, in order: see 0007.
CREATE FUNCTION door_stop_waiting(of_channel text, hashes bytea[], for_reason text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  SET enable_hashjoin = off SET enable_mergejoin = off AS $$  -- broadcast by broadcast, through the unique index
DECLARE
  broadcast_ids bigint[];
  numbers bigint[];
BEGIN
  SELECT array_agg(d.broadcast_id), array_agg(d.number) INTO broadcast_ids, numbers
    FROM broadcasts b JOIN deliveries d ON d.broadcast_id = b.id AND d.channel = of_channel AND d.address_hash = ANY (hashes)
   WHERE b.state IN ('sending', 'paused') AND (for_reason <> 'opt_out' OR b.urgency = 'advisory')
     AND d.recipient_unit IN (SELECT descendant_id FROM unit_closure WHERE ancestor_id = loa_unit()) AND d.state = 'waiting'
     AND loa_point_elsewhere(b.id, d.channel, d.address_hash, d.recipient_unit) IS NULL;
  PERFORM FROM delivery_chunks c
    WHERE (c.broadcast_id, c.chunk) IN (SELECT d.broadcast_id, d.chunk FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number)
                                          JOIN deliveries d USING (broadcast_id, number))
    ORDER BY c.broadcast_id, c.chunk FOR NO KEY UPDATE;
  UPDATE deliveries d SET state = 'not_sent', reason = 'suppressed', finished_at = now(), retry_at = NULL
    FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number)
   WHERE d.broadcast_id = n.broadcast_id AND d.number = n.number AND d.state = 'waiting';
END $$;

-- What came back to `waiting` (a call that failed for now, a listing without it) after its address was suppressed or forgotten. Asked
-- when a chunk is leased again, by a worker acting for the broadcast's unit, which holds the chunk.
CREATE FUNCTION door_hold_suppressed(broadcast bigint, of_chunk integer) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE deliveries d SET state = 'not_sent', reason = CASE d.address_sealed WHEN '' THEN 'address.forgotten' ELSE 'suppressed' END,
         finished_at = now(), retry_at = NULL
    FROM delivery_chunks c JOIN broadcasts b ON b.id = c.broadcast_id
   WHERE c.broadcast_id = broadcast AND c.chunk = of_chunk AND c.unit_id = loa_unit()
     AND d.broadcast_id = broadcast AND d.number BETWEEN c.first_number AND c.last_number AND d.state = 'waiting'
     AND (d.address_sealed = '' OR EXISTS (
            SELECT FROM unit_closure up JOIN suppressions s ON s.unit_id = up.ancestor_id
             WHERE up.descendant_id = d.recipient_unit AND s.channel = d.channel AND s.address_hash = d.address_hash
               AND (s.reason <> 'opt_out' OR b.urgency = 'advisory'))
          AND loa_point_elsewhere(b.id, d.channel, d.address_hash, d.recipient_unit) IS NULL)
$$;

-- What a failure says of the address itself, for ever; null: of something else.
CREATE FUNCTION dead_address(reason text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
  WHEN reason ~ '^(twilio|provider)\.(21211|21614|21635|30005|30006)$' THEN 'invalid'
  WHEN reason ~ '^smtp\.(550|551|553)\.5\.1\.(1|2|3|6|10)$' THEN 'hard_bounce'  -- RFC 3463, 7505: about the recipient's address
END;

-- Failed deliveries of the acting unit's broadcasts whose address is dead: suppressed for the unit whose list it came from. Who
-- crosses leaves a mark. Ordered, so that two batches cannot wait for each other in a ring.
CREATE FUNCTION door_suppress_dead(broadcast_ids bigint[], numbers bigint[]) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH dead AS (
    SELECT DISTINCT d.recipient_unit, d.channel, d.address_hash, dead_address(d.reason) AS reason
      FROM unnest(broadcast_ids, numbers) AS n (broadcast_id, number) JOIN deliveries d USING (broadcast_id, number)
     WHERE d.unit_id = loa_unit() AND d.state = 'failed' AND dead_address(d.reason) IS NOT NULL
  ), added AS (
    INSERT INTO suppressions (unit_id, channel, address_hash, reason)
    SELECT recipient_unit, channel, address_hash, reason FROM dead ORDER BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING RETURNING unit_id, channel, reason)
  INSERT INTO audit_events (unit_id, at, action, subject_kind, subject_id, details)
  SELECT a.unit_id, now(), 'suppression.noticed', 'unit', u.code,
         jsonb_build_object('channel', a.channel, 'reason', a.reason, 'addresses', count(*))
    FROM added a JOIN units u ON u.id = a.unit_id GROUP BY a.unit_id, u.code, a.channel, a.reason
$$;

-- For a person who is erased: what was sent to their addresses from the acting unit's list keeps number, hash, times and record, and
-- loses the sealed address. What waits goes on to another unit that wants it sent, else is not sent. False, and nothing changed, while
-- one is under way or an SMS is in doubt: the carrier must still be asked for it by its address.
CREATE FUNCTION door_forget_deliveries(of_channel text, hashes bytea[]) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  SET enable_hashjoin = off SET enable_mergejoin = off AS $$  -- broadcast by broadcast, through the unique index
DECLARE
  broadcast_ids bigint[];
  numbers bigint[];
BEGIN
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

REVOKE ALL ON FUNCTION door_stop_waiting(text, bytea[], text), door_hold_suppressed(bigint, integer), dead_address(text),
  door_suppress_dead(bigint[], bigint[]), door_forget_deliveries(text, bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_stop_waiting(text, bytea[], text), door_forget_deliveries(text, bytea[]) TO loa_web;
GRANT EXECUTE ON FUNCTION dead_address(text), door_hold_suppressed(bigint, integer),
  door_suppress_dead(bigint[], bigint[]) TO loa_worker;
