-- The contact registry. Every address and name is sealed under its unit's data key; keyed hashes do the matching.

CREATE TABLE imports (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id        uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  unit_id          integer NOT NULL REFERENCES units,
  state            text NOT NULL CHECK (state IN ('reading', 'checked', 'applied', 'undone', 'failed')),
  dry_run          boolean NOT NULL DEFAULT false,
  school_year      text NOT NULL,            -- '2026-2027'
  file_format      text,
  counts           jsonb,
  dropped_columns  text[] NOT NULL DEFAULT '{}',
  failure_code     text,
  attempts         integer NOT NULL DEFAULT 0,  -- at reading it; counted before each begins
  created_by       bigint NOT NULL REFERENCES accounts,
  created_at       timestamptz NOT NULL DEFAULT now(),
  checked_at       timestamptz,
  applied_at       timestamptz,
  applied_by       bigint REFERENCES accounts
);
CREATE INDEX imports_unit ON imports (unit_id, id);

-- The uploaded file, sealed, deleted as soon as it is read, and after 24 hours whatever happened (door_unread_imports).
CREATE TABLE import_files (
  import_id    bigint PRIMARY KEY REFERENCES imports,
  unit_id      integer NOT NULL REFERENCES units,
  data_key_id  bigint NOT NULL REFERENCES data_keys,
  sealed       bytea NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE import_rows (
  import_id    bigint NOT NULL REFERENCES imports,
  position     integer NOT NULL,             -- order in the file
  unit_id      integer NOT NULL REFERENCES units,
  sheet        text,
  row          integer NOT NULL,             -- as the spreadsheet shows it
  class_name   text,
  grade        text,
  data_key_id  bigint NOT NULL REFERENCES data_keys,
  sealed       bytea NOT NULL,               -- pupil's display name and the addresses, as sealed JSON
  PRIMARY KEY (import_id, position)
);

CREATE TABLE import_problems (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  import_id  bigint NOT NULL REFERENCES imports,
  unit_id    integer NOT NULL REFERENCES units,
  sheet      text,
  row        integer,
  column_name text,
  code       text NOT NULL,
  severity   text NOT NULL CHECK (severity IN ('error', 'warning', 'information'))
);
CREATE INDEX import_problems_import ON import_problems (import_id, id);

-- A person to be written to. One number is one contact of a unit, whatever the number of children.
CREATE TABLE contacts (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id      integer NOT NULL REFERENCES units,
  audience     text NOT NULL DEFAULT 'parents' CHECK (audience IN ('parents', 'staff')),
  role         text NOT NULL CHECK (role IN ('father', 'mother', 'guardian', 'parent', 'staff')),
  language     text NOT NULL DEFAULT 'vi',
  name_sealed  bytea,
  data_key_id  bigint REFERENCES data_keys,
  import_id    bigint REFERENCES imports,
  ended_by     bigint REFERENCES imports,    -- the import that no longer had this contact; undo clears it
  created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contacts_unit ON contacts (unit_id) WHERE ended_by IS NULL;

CREATE TABLE contact_points (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id         integer NOT NULL REFERENCES units,
  contact_id      bigint NOT NULL REFERENCES contacts,
  channel         text NOT NULL CHECK (channel IN ('sms', 'email')),
  address_hash    bytea NOT NULL,            -- HMAC-SHA-256 under the deployment's index key, first 16 bytes
  address_sealed  bytea NOT NULL,
  data_key_id     bigint NOT NULL REFERENCES data_keys,
  basis           text NOT NULL DEFAULT 'official_duty',
  import_id       bigint REFERENCES imports,
  ended_by        bigint REFERENCES imports,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX contact_points_address ON contact_points (unit_id, channel, address_hash) WHERE ended_by IS NULL;
CREATE INDEX contact_points_contact ON contact_points (contact_id);

-- A pupil of a contact, only as far as a warning needs it: year, class, and a sealed display name for the office.
CREATE TABLE enrolments (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id       integer NOT NULL REFERENCES units,
  contact_id    bigint NOT NULL REFERENCES contacts,
  school_year   text NOT NULL,
  grade         text,
  class_name    text NOT NULL,
  pupil_sealed  bytea,
  data_key_id   bigint REFERENCES data_keys,
  sheet         text,
  row           integer,
  import_id     bigint REFERENCES imports,
  ended_by      bigint REFERENCES imports
);
CREATE INDEX enrolments_class ON enrolments (unit_id, class_name) WHERE ended_by IS NULL;
CREATE INDEX enrolments_contact ON enrolments (contact_id);

CREATE TABLE suppressions (
  unit_id       integer NOT NULL REFERENCES units,
  channel       text NOT NULL CHECK (channel IN ('sms', 'email')),
  address_hash  bytea NOT NULL,
  reason        text NOT NULL CHECK (reason IN ('opt_out', 'wrong_person', 'invalid', 'hard_bounce')),
  created_at    timestamptz NOT NULL DEFAULT now(),
  created_by    bigint REFERENCES accounts,
  PRIMARY KEY (unit_id, channel, address_hash, reason)
);
