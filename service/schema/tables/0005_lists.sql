-- School lists, on their way into the contact registry: read, corrected, compared with the present one, applied and undone.

CREATE TABLE imports (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id        uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  unit_id          integer NOT NULL REFERENCES units,
  state            text NOT NULL CHECK (state IN ('reading', 'checked', 'applied', 'undone', 'failed')),
  dry_run          boolean NOT NULL DEFAULT false,  -- only checked, never applied
  audience         text NOT NULL DEFAULT 'parents' CHECK (audience IN ('parents', 'staff')),  -- whose list it is
  school_year      text NOT NULL,            -- '2026-2027'
  counts           jsonb,                    -- what was found: rows, contacts, problems, what was left out
  dropped_columns  text[] NOT NULL DEFAULT '{}',  -- headings whose cells were never read: they must not be held
  failure_code     text,                     -- why it could not be read
  attempts         integer NOT NULL DEFAULT 0,  -- at reading it; counted before each begins
  stage            text,                     -- of reading: 'unpacking', 'checking'
  rows_done        integer,                  -- of this stage
  rows_total       integer,                  -- of this stage; 0: not known yet
  created_by       bigint NOT NULL REFERENCES accounts,  -- who sent it
  created_at       timestamptz NOT NULL DEFAULT now(),
  checked_at       timestamptz,              -- when it had been read
  applied_at       timestamptz,              -- when a person made it the present one
  applied_by       bigint REFERENCES accounts,  -- who did
  undone_at        timestamptz,              -- when a person took that back
  undone_by        bigint REFERENCES accounts  -- who did
);
CREATE INDEX imports_unit ON imports (unit_id, id);
-- Found again by whom it is to be undone.
CREATE INDEX imports_applied ON imports (unit_id, audience, applied_at) WHERE state = 'applied';
SELECT loa_protect('imports', true);
GRANT SELECT, INSERT, UPDATE ON imports TO loa_web;
GRANT SELECT, UPDATE ON imports TO loa_worker;

-- The uploaded file, sealed. It stays until its list is applied, so that its columns can be named anew, and is deleted after 24
-- hours whatever happened (door_unread_imports).
CREATE TABLE import_files (
  import_id    bigint PRIMARY KEY REFERENCES imports,  -- the list it is
  unit_id      integer NOT NULL REFERENCES units,
  data_key_id  bigint NOT NULL REFERENCES data_keys,
  sealed       bytea NOT NULL,               -- up to 14 MB
  created_at   timestamptz NOT NULL DEFAULT now()
);
SELECT loa_protect('import_files');
GRANT SELECT, INSERT, DELETE ON import_files TO loa_web;
GRANT SELECT, DELETE, UPDATE (sealed, data_key_id) ON import_files TO loa_worker;

-- Neither its list nor its key is referred to here: `loa_refers` looks once a statement (0006_contacts.sql says why).
CREATE TABLE import_rows (
  import_id    bigint NOT NULL,              -- the list it stands on
  position     integer NOT NULL,             -- order in the file
  unit_id      integer NOT NULL,
  sheet        text,                         -- null: the file has none
  row          integer NOT NULL,             -- as the spreadsheet shows it
  class_name   text,                         -- '6A1'; empty: missing or damaged, or of the staff
  grade        text,                         -- '6'; null: the class does not say
  to_fix       boolean NOT NULL DEFAULT false,  -- a person must look at it
  data_key_id  bigint NOT NULL,
  sealed       bytea NOT NULL,               -- pupil's display name and the addresses, as sealed JSON
  PRIMARY KEY (import_id, position)
);
CREATE INDEX import_rows_to_fix ON import_rows (import_id, position) WHERE to_fix;
CREATE INDEX import_rows_key ON import_rows (data_key_id);  -- see contacts_key
SELECT loa_protect('import_rows');
GRANT SELECT, UPDATE, DELETE ON import_rows TO loa_web;
GRANT SELECT, INSERT, DELETE, UPDATE (sealed, data_key_id) ON import_rows TO loa_worker;

CREATE TABLE import_problems (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  import_id    bigint NOT NULL REFERENCES imports,  -- the list it stands on
  unit_id      integer NOT NULL REFERENCES units,
  sheet        text,                         -- where: as the spreadsheet shows it; null: the file has none
  row          integer,                      -- null: it is the whole sheet's
  column_name  text,                         -- as its heading reads; null: the whole row's
  code         text NOT NULL,                -- what: contact_registry has a sentence for each
  severity     text NOT NULL CHECK (severity IN ('error', 'warning', 'information'))  -- with an error the row is left out
);
CREATE INDEX import_problems_import ON import_problems (import_id, id);
SELECT loa_protect('import_problems');
GRANT SELECT, INSERT, DELETE ON import_problems TO loa_web, loa_worker;

-- What the columns were taken for, with a few cells to recognise them by.
CREATE TABLE import_columns (
  import_id    bigint PRIMARY KEY REFERENCES imports,  -- the list they are of
  unit_id      integer NOT NULL REFERENCES units,
  data_key_id  bigint NOT NULL REFERENCES data_keys,
  sealed       bytea NOT NULL                -- sealed JSON
);
SELECT loa_protect('import_columns');
GRANT SELECT, DELETE ON import_columns TO loa_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON import_columns TO loa_worker;
GRANT UPDATE (sealed, data_key_id) ON import_columns TO loa_worker;

-- A person's word on what a heading means, kept for the unit's next list. No heading that must be dropped stands here.
CREATE TABLE column_meanings (
  unit_id   integer NOT NULL REFERENCES units,
  audience  text NOT NULL CHECK (audience IN ('parents', 'staff')),  -- on whose lists
  heading   text NOT NULL,                   -- folded: lower case, no diacritics, no punctuation
  field     text NOT NULL,                   -- what stands below it: a number, a class ..
  role      text NOT NULL,                   -- whose it is: the father's, the mother's ..
  set_by    bigint NOT NULL REFERENCES accounts,  -- who said so
  set_at    timestamptz NOT NULL,            -- when
  PRIMARY KEY (unit_id, audience, heading)
);
SELECT loa_protect('column_meanings');
GRANT SELECT, INSERT, UPDATE, DELETE ON column_meanings TO loa_web;
GRANT SELECT ON column_meanings TO loa_worker;

-- What an import changed about contacts it kept, so that undoing it gives it back.
CREATE TABLE import_changes (
  import_id        bigint NOT NULL REFERENCES imports,  -- the list that changed it
  unit_id          integer NOT NULL REFERENCES units,
  contact_id       bigint NOT NULL,          -- of whom; the contact may be gone
  role_was         text NOT NULL,            -- contacts.role before
  school_year_was  text,                     -- contacts.school_year before
  PRIMARY KEY (import_id, contact_id)
);
SELECT loa_protect('import_changes');
GRANT SELECT, INSERT, DELETE ON import_changes TO loa_web;
GRANT SELECT, DELETE ON import_changes TO loa_worker;
