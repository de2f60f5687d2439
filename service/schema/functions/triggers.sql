-- What the tables call by themselves. This file is applied before the tables, whose triggers name these; PL/pgSQL looks at a
-- table only when the function runs.

-- A move that delivery_moves() does not have. The trigger's condition has looked already: this only says so.
CREATE OR REPLACE FUNCTION delivery_move_refused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'delivery move not allowed: % -> %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
END $$;

-- Keeps the chunk's counts, in the statement that moved its deliveries: the states add up because they cannot do otherwise.
-- Statement level, with transition tables: one pass for a group of 50 as for 500, and little to compute, for a round is over only
-- with its counts. Chunk by chunk in their order, so that receipts and outcomes of several chunks cannot wait for each other in a
-- ring. A change that moves nothing (an address forgotten, a listing noted) is no progress of the chunk.
CREATE OR REPLACE FUNCTION deliveries_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  d record;
BEGIN
  FOR d IN
    SELECT broadcast_id, chunk,
           coalesce(sum(n) FILTER (WHERE state = 'waiting'), 0)   AS waiting,
           coalesce(sum(n) FILTER (WHERE state = 'calling'), 0)   AS calling,
           coalesce(sum(n) FILTER (WHERE state = 'accepted'), 0)  AS accepted,
           coalesce(sum(n) FILTER (WHERE state = 'delivered'), 0) AS delivered,
           coalesce(sum(n) FILTER (WHERE state = 'failed'), 0)    AS failed,
           coalesce(sum(n) FILTER (WHERE state = 'not_sent'), 0)  AS not_sent,
           coalesce(sum(n) FILTER (WHERE state = 'uncertain'), 0) AS uncertain
      FROM (SELECT broadcast_id, chunk, state, -count(*) AS n FROM was GROUP BY 1, 2, 3
            UNION ALL SELECT broadcast_id, chunk, state, count(*) FROM becomes GROUP BY 1, 2, 3) AS steps
     GROUP BY broadcast_id, chunk ORDER BY broadcast_id, chunk
  LOOP
    IF (d.waiting, d.calling, d.accepted, d.delivered, d.failed, d.not_sent, d.uncertain) <> (0, 0, 0, 0, 0, 0, 0) THEN
      UPDATE delivery_chunks c SET
          waiting   = c.waiting   + d.waiting,   calling   = c.calling   + d.calling,
          accepted  = c.accepted  + d.accepted,  delivered = c.delivered + d.delivered,
          failed    = c.failed    + d.failed,    not_sent  = c.not_sent  + d.not_sent,
          uncertain = c.uncertain + d.uncertain, changed_at = now(),
          left_at   = CASE WHEN d.accepted + d.delivered + d.failed > 0 THEN now() ELSE c.left_at END
       WHERE c.broadcast_id = d.broadcast_id AND c.chunk = d.chunk;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

-- An SMS failed for the number's sake: whoever asked for it writes an email instead. Not what left before the backup from which
-- the system was restored: whether that led to a letter, only the lost system knew.
CREATE OR REPLACE FUNCTION delivery_fell_back() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO fallbacks_due (broadcast_id, unit_id, number)
    SELECT b.id, b.unit_id, NEW.number FROM broadcasts b
     WHERE b.id = NEW.broadcast_id AND b.fallback IS NOT NULL AND NEW.fault IN ('number', 'dead_address')
       AND (b.restored_from IS NULL OR NEW.called_at > b.restored_from);
  RETURN NULL;
END $$;

-- A lead whose account is disabled or is no lead any more.
CREATE OR REPLACE FUNCTION lead_left() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE protection_leads SET ended_at = coalesce(NEW.disabled_at, now()) WHERE account_id = NEW.id AND ended_at IS NULL;
  RETURN NULL;
END $$;

-- Rows were written that refer to a data key and, but for a list's, to a contact: both must be there (tables/0006_contacts.sql).
-- By index whatever the statistics say: a plan is kept for the session, and one made for 40,000 rows would serve for one.
CREATE OR REPLACE FUNCTION loa_refers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp
  SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  named bigint;
  held bigint;
BEGIN
  -- Whoever deletes one of them meanwhile is waited for: what is held afterwards is there until we commit.
  SELECT count(DISTINCT w.data_key_id) INTO named FROM written w;
  PERFORM FROM data_keys k WHERE k.id IN (SELECT w.data_key_id FROM written w) FOR KEY SHARE;
  GET DIAGNOSTICS held = ROW_COUNT;
  IF held < named THEN
    RAISE foreign_key_violation USING MESSAGE = format('a row of %s refers to no data key', TG_TABLE_NAME);
  END IF;
  IF TG_TABLE_NAME = 'import_rows' THEN
    RETURN NULL;
  END IF;
  SELECT count(DISTINCT w.contact_id) INTO named FROM written w;
  PERFORM FROM contacts c WHERE c.id IN (SELECT w.contact_id FROM written w) FOR KEY SHARE;
  GET DIAGNOSTICS held = ROW_COUNT;
  IF held < named THEN
    RAISE foreign_key_violation USING MESSAGE = format('a row of %s refers to no contact', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;

-- Contacts or data keys were deleted: nothing may refer to them any more. By index, as above.
CREATE OR REPLACE FUNCTION loa_referred() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp
  SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  held boolean;
BEGIN
  IF TG_TABLE_NAME = 'contacts' THEN
    held := EXISTS (SELECT FROM gone g JOIN contact_points p ON p.contact_id = g.id)
         OR EXISTS (SELECT FROM gone g JOIN enrolments e ON e.contact_id = g.id);
  ELSE
    held := EXISTS (SELECT FROM gone g JOIN contact_points p ON p.data_key_id = g.id)
         OR EXISTS (SELECT FROM gone g JOIN enrolments e ON e.data_key_id = g.id)
         OR EXISTS (SELECT FROM gone g JOIN import_rows r ON r.data_key_id = g.id);
  END IF;
  IF held THEN
    RAISE foreign_key_violation USING MESSAGE = format('a row of %s is still referred to', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION delivery_move_refused, deliveries_moved, delivery_fell_back, lead_left, loa_refers, loa_referred
  FROM PUBLIC, loa_web, loa_worker, loa_lookup;
