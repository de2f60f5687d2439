-- Delivery numbers, given out once for ever, and the block behind every look-up.

-- One contiguous block for the acting unit. The counter row is held until the caller's transaction ends: keep that one short.
CREATE OR REPLACE FUNCTION door_reserve_numbers(how_many bigint, for_record uuid, for_purpose text) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE start bigint;
BEGIN
  IF loa_unit() IS NULL THEN RAISE EXCEPTION 'no acting unit'; END IF;
  IF how_many < 1 THEN RAISE EXCEPTION 'a block holds at least one number'; END IF;
  UPDATE number_counter SET next_number = next_number + how_many RETURNING next_number - how_many INTO start;
  INSERT INTO number_blocks (first_number, last_number, unit_id, record_id, purpose)
    VALUES (start, start + how_many - 1, loa_unit(), for_record, for_purpose);
  RETURN start;
END $$;

-- Where the counter stands: the workers keep a file ahead of it, beside the keys (docs/decisions/0017-backups.md).
CREATE OR REPLACE FUNCTION door_next_number() RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT next_number FROM number_counter
$$;

-- See the table.
CREATE OR REPLACE FUNCTION door_lost_numbers() RETURNS TABLE (first_number bigint, last_number bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT first_number, last_number FROM lost_numbers ORDER BY first_number
$$;

REVOKE ALL ON FUNCTION door_reserve_numbers, door_next_number, door_lost_numbers FROM PUBLIC, loa_web, loa_worker, loa_lookup;
GRANT EXECUTE ON FUNCTION door_reserve_numbers TO loa_web, loa_worker;
GRANT EXECUTE ON FUNCTION door_next_number TO loa_worker;
GRANT EXECUTE ON FUNCTION door_lost_numbers TO loa_lookup;
