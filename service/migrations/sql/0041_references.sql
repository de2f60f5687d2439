-- What the rows of a list refer to is looked up once a statement: one by one it was a fifth of an import (200,000 look-ups for 20,000
-- pupils). All that a foreign key says holds as before: nothing refers to what is not there, what is referred to is not deleted, and
-- of two transactions at once one waits for the other and then looks again. That imports are never deleted, 0010 relies on already.
ALTER TABLE contact_points DROP CONSTRAINT contact_points_contact_id_fkey, DROP CONSTRAINT contact_points_data_key_id_fkey;
ALTER TABLE enrolments DROP CONSTRAINT enrolments_contact_id_fkey, DROP CONSTRAINT enrolments_data_key_id_fkey;
ALTER TABLE import_rows DROP CONSTRAINT import_rows_import_id_fkey, DROP CONSTRAINT import_rows_data_key_id_fkey;

-- By index whatever the statistics say: a plan is kept for the session, and one made for 40,000 rows would serve for one.
CREATE FUNCTION loa_refers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
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

CREATE FUNCTION loa_referred() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
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
REVOKE ALL ON FUNCTION loa_refers(), loa_referred() FROM PUBLIC;

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['contact_points', 'enrolments', 'import_rows'] LOOP
    EXECUTE format('CREATE TRIGGER refers_inserted AFTER INSERT ON %I REFERENCING NEW TABLE AS written'
      ' FOR EACH STATEMENT EXECUTE FUNCTION loa_refers()', t);
    EXECUTE format('CREATE TRIGGER refers_updated AFTER UPDATE ON %I REFERENCING NEW TABLE AS written'
      ' FOR EACH STATEMENT EXECUTE FUNCTION loa_refers()', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['contacts', 'data_keys'] LOOP
    EXECUTE format('CREATE TRIGGER referred AFTER DELETE ON %I REFERENCING OLD TABLE AS gone'
      ' FOR EACH STATEMENT EXECUTE FUNCTION loa_referred()', t);
  END LOOP;
END $$;
