-- Operation: which schema this is.

-- Web and workers ask at their start. Not the table itself: alembic's, and nobody's but the owner's.
CREATE FUNCTION door_schema() RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT version_num FROM alembic_version
$$;
REVOKE ALL ON FUNCTION door_schema() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_schema() TO loa_web, loa_worker, loa_lookup;
