-- The uploaded file now stays, sealed, until its list is applied (door_unread_imports still ends it after 24 hours).
-- School lists that can be corrected, compared with the present one, applied and undone; staff beside parents.

-- Row-level security as 0008 has it, for a table that came later: the acting unit's rows and, where asked for, those below.
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
REVOKE ALL ON FUNCTION loa_protect(text, boolean) FROM PUBLIC;

-- Whose list it is, how far the job has come, and what a person did with it.
ALTER TABLE imports
  ADD COLUMN audience   text NOT NULL DEFAULT 'parents' CHECK (audience IN ('parents', 'staff')),
  ADD COLUMN stage      text,                -- of reading: 'unpacking', 'checking', 'storing'
  ADD COLUMN rows_done  integer,
  ADD COLUMN rows_total integer,
  ADD COLUMN undone_at  timestamptz,
  ADD COLUMN undone_by  bigint REFERENCES accounts;

-- What the columns were taken for, with a few cells to recognise them by: sealed JSON.
CREATE TABLE import_columns (
  import_id    bigint PRIMARY KEY REFERENCES imports,
  unit_id      integer NOT NULL REFERENCES units,
  data_key_id  bigint NOT NULL REFERENCES data_keys,
  sealed       bytea NOT NULL
);
SELECT loa_protect('import_columns');

-- A person's word on what a heading means, kept for the unit's next list. No heading that must be dropped stands here.
CREATE TABLE column_meanings (
  unit_id   integer NOT NULL REFERENCES units,
  audience  text NOT NULL CHECK (audience IN ('parents', 'staff')),
  heading   text NOT NULL,                   -- folded: lower case, no diacritics, no punctuation
  field     text NOT NULL,
  role      text NOT NULL,
  set_by    bigint NOT NULL REFERENCES accounts,
  set_at    timestamptz NOT NULL,
  PRIMARY KEY (unit_id, audience, heading)
);
SELECT loa_protect('column_meanings');

ALTER TABLE import_rows ADD COLUMN to_fix boolean NOT NULL DEFAULT false;
CREATE INDEX import_rows_to_fix ON import_rows (import_id, position) WHERE to_fix;

-- A parent who teaches at the school stands on both lists with one number.
ALTER TABLE contact_points ADD COLUMN audience text NOT NULL DEFAULT 'parents' CHECK (audience IN ('parents', 'staff'));
DROP INDEX contact_points_address;
CREATE UNIQUE INDEX contact_points_address ON contact_points (unit_id, audience, channel, address_hash) WHERE ended_by IS NULL;

-- The school year of the last list that named them: contacts end with it unless a newer list names them again.
ALTER TABLE contacts ADD COLUMN school_year text;

-- What the outside calls a contact: a serial number would tell a school how many the others have.
ALTER TABLE contacts ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX contacts_public ON contacts (unit_id, public_id);

-- A pupil nobody can be written to for stands here without a contact, so that the class teacher can be told.
ALTER TABLE enrolments ALTER COLUMN contact_id DROP NOT NULL;

GRANT SELECT ON import_columns, column_meanings TO loa_web, loa_worker;
GRANT INSERT, UPDATE, DELETE ON column_meanings TO loa_web;
GRANT INSERT, UPDATE, DELETE ON import_columns TO loa_worker;
GRANT DELETE ON import_columns, import_files TO loa_web;
GRANT UPDATE ON import_rows TO loa_web;
GRANT INSERT, DELETE ON import_problems TO loa_web;
GRANT DELETE ON import_rows, import_problems TO loa_worker;
GRANT DELETE ON contacts, contact_points, enrolments TO loa_web, loa_worker;

-- What an import changed about contacts it kept, so that undoing it gives it back.
CREATE TABLE import_changes (
  import_id        bigint NOT NULL REFERENCES imports,
  unit_id          integer NOT NULL REFERENCES units,
  contact_id       bigint NOT NULL,
  role_was         text NOT NULL,
  school_year_was  text,
  PRIMARY KEY (import_id, contact_id)
);
SELECT loa_protect('import_changes');
GRANT SELECT, INSERT, DELETE ON import_changes TO loa_web;
GRANT SELECT, DELETE ON import_changes TO loa_worker;

-- Found again by the import that ended them: to undo it, and to clear away what can no longer be undone.
CREATE INDEX contacts_ended ON contacts (ended_by) WHERE ended_by IS NOT NULL;
CREATE INDEX contact_points_ended ON contact_points (ended_by) WHERE ended_by IS NOT NULL;
CREATE INDEX enrolments_ended ON enrolments (ended_by) WHERE ended_by IS NOT NULL;
CREATE INDEX imports_applied ON imports (unit_id, audience, applied_at) WHERE state = 'applied';

-- A reference is looked up once for every row: three of them were a third of the time an import takes. The unit is held by the
-- policies, which let nobody write another's; imports are never deleted. Contacts and data keys stay referenced.
ALTER TABLE contacts DROP CONSTRAINT contacts_unit_id_fkey, DROP CONSTRAINT contacts_import_id_fkey;
ALTER TABLE contact_points DROP CONSTRAINT contact_points_unit_id_fkey, DROP CONSTRAINT contact_points_import_id_fkey;
ALTER TABLE enrolments DROP CONSTRAINT enrolments_unit_id_fkey, DROP CONSTRAINT enrolments_import_id_fkey;
ALTER TABLE import_rows DROP CONSTRAINT import_rows_unit_id_fkey;

-- Rows read before this are in another form: a list that still waits for its apply is sent again.
UPDATE imports SET state = 'failed', failure_code = 'import.unreadable' WHERE state = 'checked' AND NOT dry_run;
DELETE FROM import_rows;
