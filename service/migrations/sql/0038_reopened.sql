-- Completed, and yet something of it waits: a worker that was taken for dead gave back an email that had been in doubt, and in doubt it
-- does not keep its broadcast open.
CREATE FUNCTION door_unfinished_broadcasts() RETURNS TABLE (unit_id integer, broadcast_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT DISTINCT b.unit_id, b.id FROM delivery_chunks c JOIN broadcasts b ON b.id = c.broadcast_id
   WHERE c.waiting > 0 AND b.state = 'completed' LIMIT 100
$$;

REVOKE ALL ON FUNCTION door_unfinished_broadcasts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_unfinished_broadcasts() TO loa_worker;
