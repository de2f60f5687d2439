-- Units: the tree of organisations. Names and parents are dated (offices are renamed, schools merge), the code is not.
--
-- Who may see what, in this file and all behind it. Three application logins (loa_web, loa_worker, loa_lookup), none of which
-- owns a table. Every table with a unit shows only the acting unit's rows; without an acting unit it shows none. Reading below
-- one's unit must be asked for ('loa.scope' = 'subtree') and is granted only to the tables that say so (`loa_protect(.., true)`).
-- What has no unit of its own, and all that crosses units, is reached through doors only: ../functions/.
--
-- What is called the same is the same, and is explained here once:
--   id           a serial number; it never leaves the system, since it would tell a school how many the others have
--   public_id    what the outside calls the row instead
--   unit_id      whose row it is, where nothing else is said: row-level security goes by it
--   data_key_id  the data key under which the sealed columns of the row are sealed
--   broadcast_id the broadcast it belongs to
--   channel      'sms' or 'email'
--   language     in which its person is written to
--   created_at   when the row was made

-- The unit a transaction acts for. Set with set_config('loa.unit', ..., true); unset means no rows anywhere.
CREATE FUNCTION loa_unit() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('loa.unit', true), '')::integer;

-- True only where a transaction asked, in so many words, to read below its unit (audiences, supervision).
CREATE FUNCTION loa_subtree() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(current_setting('loa.scope', true), '') = 'subtree';

-- Row-level security for a table with a `unit_id`: the acting unit's rows and, where asked for, those below.
CREATE FUNCTION loa_protect(protected text, below boolean DEFAULT false) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', protected);
  EXECUTE format('CREATE POLICY acting_unit ON %I TO loa_web, loa_worker USING (unit_id = (SELECT loa_unit()))'
    ' WITH CHECK (unit_id = (SELECT loa_unit()))', protected);
  IF below THEN
    EXECUTE format('CREATE POLICY below_unit ON %I FOR SELECT TO loa_web, loa_worker USING ((SELECT loa_subtree()) AND unit_id IN'
      ' (SELECT descendant_id FROM unit_closure WHERE ancestor_id = (SELECT loa_unit())))', protected);
  END IF;
END $$;

REVOKE ALL ON FUNCTION loa_unit(), loa_subtree(), loa_protect(text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION loa_unit(), loa_subtree() TO loa_web, loa_worker, loa_lookup;
GRANT USAGE ON SCHEMA public TO loa_web, loa_worker, loa_lookup;

CREATE TABLE units (
  id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code        text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{1,39}$'),  -- public: every record and message names it
  level       text NOT NULL CHECK (level IN ('department', 'commune_office', 'school')),  -- a parent's is higher
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE unit_versions (
  unit_id     integer NOT NULL REFERENCES units,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),  -- what it is called in this time
  parent_id   integer REFERENCES units,             -- below which unit it stands in this time; null: the topmost
  valid_from  date NOT NULL,                        -- first day it holds
  valid_to    date CHECK (valid_to > valid_from),   -- first day it no longer holds
  PRIMARY KEY (unit_id, valid_from)
);

-- Today's tree with every unit as its own descendant: four rows a school, so that a subtree is one index lookup.
CREATE TABLE unit_closure (
  ancestor_id    integer NOT NULL REFERENCES units,  -- whose row it is
  descendant_id  integer NOT NULL REFERENCES units,  -- itself, or what stands below it
  depth          integer NOT NULL,                   -- how far below; 0: itself
  PRIMARY KEY (ancestor_id, descendant_id)
);
CREATE INDEX unit_closure_descendant ON unit_closure (descendant_id, depth);

-- As `loa_protect`, by columns of other names. (SELECT loa_unit()) is computed once for the statement, not once for the row.
ALTER TABLE units ENABLE ROW LEVEL SECURITY;
CREATE POLICY acting_unit ON units TO loa_web, loa_worker USING (id = (SELECT loa_unit())) WITH CHECK (id = (SELECT loa_unit()));
CREATE POLICY below_unit ON units FOR SELECT TO loa_web, loa_worker USING ((SELECT loa_subtree()) AND id IN
  (SELECT descendant_id FROM unit_closure WHERE ancestor_id = (SELECT loa_unit())));
ALTER TABLE unit_closure ENABLE ROW LEVEL SECURITY;
CREATE POLICY acting_unit ON unit_closure TO loa_web, loa_worker USING (ancestor_id = (SELECT loa_unit()))
  WITH CHECK (ancestor_id = (SELECT loa_unit()));
SELECT loa_protect('unit_versions', true);
GRANT SELECT ON units, unit_versions, unit_closure TO loa_web, loa_worker;
