-- Audiences: what other units' suppressions say about one's own lists, and what a school may know of the broadcasts from above.

-- Addresses that units above the acting one have taken off: they hold for its sends, too. Keyed hashes, and none of a unit beside it.
CREATE FUNCTION door_suppressed_above() RETURNS TABLE (channel text, address_hash bytea, reason text)
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT s.channel, s.address_hash, s.reason
    FROM unit_closure above JOIN suppressions s ON s.unit_id = above.ancestor_id
   WHERE above.descendant_id = loa_unit() AND above.depth > 0
$$;

-- What offices between the acting unit and its lists have taken off, said for each unit they stand above. The acting unit may read
-- all of it itself, but for which unit stands below which.
CREATE FUNCTION door_suppressed_between() RETURNS TABLE (unit_id integer, channel text, address_hash bytea, reason text)
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT under.descendant_id, s.channel, s.address_hash, s.reason
    FROM unit_closure office
    JOIN unit_closure under ON under.ancestor_id = office.descendant_id AND under.depth > 0
    JOIN suppressions s ON s.unit_id = office.descendant_id
   WHERE office.ancestor_id = loa_unit() AND office.depth > 0
$$;

REVOKE ALL ON FUNCTION door_suppressed_above(), door_suppressed_between() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door_suppressed_above(), door_suppressed_between() TO loa_web, loa_worker;

-- Pupils nobody can be written to for are few; their count must not read everybody.
CREATE INDEX enrolments_without_contact ON enrolments (unit_id) WHERE contact_id IS NULL AND ended_by IS NULL;
