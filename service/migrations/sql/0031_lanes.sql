-- Lanes and pacing: whose turn it is, and who shares the providers.

-- Workers alive, of all lanes: among so many a rate is shared while Valkey, which has the buckets, is away.
CREATE FUNCTION door_workers_alive() RETURNS integer
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT count(*)::integer FROM worker_heartbeats WHERE seen_at > now() - interval '8 seconds'
$$;
REVOKE ALL ON FUNCTION door_workers_alive() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_workers_alive() TO loa_worker;
