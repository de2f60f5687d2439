-- Deliveries have partitions of 100,000 broadcasts; the next is made while half of the last is still free. Attaching takes a lock that
-- sends and reads go on beside; what a long VACUUM holds is asked for again a minute later.
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
REVOKE ALL ON FUNCTION door_make_partitions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_make_partitions() TO loa_worker;
