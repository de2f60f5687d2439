-- Doors: the few questions an application login may ask across units. Each is one narrow SECURITY DEFINER function; everything
-- else goes through row-level security (tables/0001_units.sql). A door returns ids and sealed bytes, never a person.
--
-- Here those that keep the house: which schema this is, who is alive, commands to relay, what has had its day.

-- Web and workers ask at their start. Not the table itself, which is nobody's but the owner's.
CREATE OR REPLACE FUNCTION door_schema() RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT number FROM schema_state
$$;

-- With which files it was made: name and SHA-256.
CREATE OR REPLACE FUNCTION door_schema_files() RETURNS jsonb
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT files FROM schema_state
$$;

CREATE OR REPLACE FUNCTION door_heartbeat(worker uuid, worker_lane text, started timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO worker_heartbeats VALUES (worker, worker_lane, started, now())
    ON CONFLICT (worker_id) DO UPDATE SET seen_at = now()
$$;

CREATE OR REPLACE FUNCTION door_workers_seen() RETURNS TABLE (lane text, seen_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT lane, max(seen_at) FROM worker_heartbeats GROUP BY lane
$$;

-- Workers alive, of all lanes: among so many a rate is shared while Valkey, which has the buckets, is away.
CREATE OR REPLACE FUNCTION door_workers_alive() RETURNS integer
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT count(*)::integer FROM worker_heartbeats WHERE seen_at > now() - interval '8 seconds'
$$;

-- Takes unrelayed commands, oldest first. The caller queues them and commits; if it dies before, they are taken again. Of one
-- lane, and of the other only what nobody took for a while: a busy bulk worker never holds an urgent command.
CREATE OR REPLACE FUNCTION door_take_outbox(at_most integer, of_lane text)
  RETURNS TABLE (id bigint, unit_id integer, lane text, command text, payload jsonb)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE outbox o SET relayed_at = now()
   WHERE o.id IN (SELECT i.id FROM outbox i
                   WHERE i.relayed_at IS NULL AND (i.lane = of_lane OR i.created_at < now() - interval '5 seconds')
                   ORDER BY i.id LIMIT at_most FOR UPDATE SKIP LOCKED)
  RETURNING o.id, o.unit_id, o.lane, o.command, o.payload
$$;

-- What has had its day: workers long gone, commands long relayed, answers kept for a repeat that will not come.
CREATE OR REPLACE FUNCTION door_clear_away() RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  DELETE FROM worker_heartbeats WHERE seen_at < now() - interval '1 day';
  DELETE FROM outbox WHERE relayed_at < now() - interval '1 day';
  DELETE FROM idempotency_keys WHERE created_at < now() - interval '7 days';
$$;

-- Deliveries have partitions of 100,000 broadcasts; the next is made while half of the last is still free, as deliveries_0 was
-- (tables/0010_deliveries.sql). Attaching takes a lock that sends and reads go on beside; what a long VACUUM holds is asked for
-- again a minute later.
CREATE OR REPLACE FUNCTION door_make_partitions() RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  width CONSTANT bigint := 100000;
  newest bigint;
  last bigint;
  made integer := 0;
BEGIN
  SELECT coalesce(max(id), 0) INTO newest FROM broadcasts;
  SELECT max(substring(c.relname FROM '^deliveries_(\d+)$')::bigint) INTO last
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'deliveries'::regclass;
  WHILE newest >= (last + 1) * width - width / 2 LOOP
    last := last + 1;
    EXECUTE format('CREATE TABLE public.%I (LIKE deliveries INCLUDING DEFAULTS) WITH (fillfactor = 40)', 'deliveries_' || last);
    EXECUTE format('ALTER TABLE %I ALTER COLUMN broadcast_id SET STATISTICS 0', 'deliveries_' || last);
    EXECUTE format('ALTER TABLE deliveries ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                   'deliveries_' || last, last * width, (last + 1) * width);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;

REVOKE ALL ON FUNCTION door_schema, door_schema_files, door_heartbeat, door_workers_seen, door_workers_alive,
  door_take_outbox, door_clear_away, door_make_partitions FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_workers_seen TO loa_web;
GRANT EXECUTE ON FUNCTION door_heartbeat, door_workers_alive, door_take_outbox, door_clear_away,
  door_make_partitions TO loa_worker;
GRANT EXECUTE ON FUNCTION door_schema, door_schema_files TO loa_web, loa_worker, loa_lookup;
